package dev.mayfly.benchmarks.inprocess;

import java.nio.charset.StandardCharsets;

/** A section that means nothing and may stand behind a component: it makes another component of it that does the same. */
public final class CustomSection {
    private static final int ID = 0;

    private CustomSection() {}

    /**
     * Makes one.
     *
     * @param text at most 100 characters of ASCII, so that each length is a byte
     */
    public static byte[] of(String text) {
        byte[] content = text.getBytes(StandardCharsets.US_ASCII);
        byte[] section = new byte[4 + content.length];
        section[0] = ID;
        section[1] = (byte) (2 + content.length);
        section[2] = 1;
        section[3] = 'n';
        System.arraycopy(content, 0, section, 4, content.length);
        return section;
    }
}

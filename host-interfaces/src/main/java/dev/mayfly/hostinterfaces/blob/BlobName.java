package dev.mayfly.hostinterfaces.blob;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Where a folder has a key's blob: under the key's bytes in hexadecimal, which every file system takes and which sort as keys do. A long key takes
 * several folders.
 */
final class BlobName {
    /** Ends the name of a blob's file. */
    static final String BLOB = ".blob";

    /** Ends the name of a folder with keys that go on. It sorts behind {@link #BLOB}, as they sort behind the key that ends here. */
    static final String MORE = ".more";

    /** Two for each byte of the key; with its ending it is a name, of 255 bytes at most. */
    private static final int NAME_DIGITS_MAX = 200;

    private BlobName() {}

    static String digits(String key) {
        return HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8));
    }

    static String key(String digits) {
        return new String(HexFormat.of().parseHex(digits), StandardCharsets.UTF_8);
    }

    static Path under(Path folder, String key) {
        String digits = digits(key);
        Path parent = folder;
        while (digits.length() > NAME_DIGITS_MAX) {
            parent = parent.resolve(digits.substring(0, NAME_DIGITS_MAX) + MORE);
            digits = digits.substring(NAME_DIGITS_MAX);
        }
        return parent.resolve(digits + BLOB);
    }
}

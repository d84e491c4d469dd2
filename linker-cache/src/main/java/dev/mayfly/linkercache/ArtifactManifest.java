package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What stands behind an artifact's bytes, in the same file: whose it is and what it must look like.
 *
 * <pre>
 *   mayfly-artifact 3
 *   component   &lt;SHA-256 of the component&gt;
 *   fingerprint &lt;of the engine, to the end of the line&gt;
 *   bytes       &lt;the artifact's size&gt;
 *   sha256      &lt;of the artifact&gt;
 *   made-from   &lt;{@link ComponentDescription#madeFrom}&gt;
 *   import      &lt;one line each&gt;
 *   export      &lt;one line each&gt;
 *   end         &lt;how many bytes the lines above have, in ten digits&gt; &lt;their SHA-256&gt;
 * </pre>
 */
record ArtifactManifest(ArtifactKey key, long bytes, Digest digest, ComponentDescription description) {
    private static final String FIRST_LINE = "mayfly-artifact 3\n";
    private static final String LAST = "end ";
    private static final int SIZE_DIGITS = 10;
    private static final int LAST_LINE_BYTES = LAST.length() + SIZE_DIGITS + 1 + Digest.HEX_DIGITS + 1;

    /** A manifest carries as much text as a compiler's report may have, and a little more. */
    static final int BYTES_MAX = 2 << 20;

    byte[] bytesAfterArtifact() {
        byte[] lines = lines().getBytes(StandardCharsets.UTF_8);
        byte[] last = lastLine(lines).getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(lines, lines.length + last.length);
        System.arraycopy(last, 0, all, lines.length, last.length);
        return all;
    }

    private String lines() {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        text.append("component ").append(key.component()).append('\n');
        text.append("fingerprint ").append(key.fingerprint()).append('\n');
        text.append("bytes ").append(bytes).append('\n');
        text.append("sha256 ").append(digest).append('\n');
        text.append("made-from ").append(description.madeFrom()).append('\n');
        description
                .imports()
                .forEach(line -> text.append("import ").append(line).append('\n'));
        description
                .exports()
                .forEach(line -> text.append("export ").append(line).append('\n'));
        return text.toString();
    }

    private static String lastLine(byte[] lines) {
        String size = Integer.toString(lines.length);
        return LAST + "0".repeat(SIZE_DIGITS - size.length()) + size + ' ' + Digest.of(lines) + '\n';
    }

    /**
     * The manifest that a file ends with; empty when it isn't a whole one of this version, byte for byte as it was
     * written.
     *
     * @param end the file's last bytes: {@link #BYTES_MAX}, or all if it has fewer
     */
    static Optional<ArtifactManifest> atEndOf(byte[] end) {
        int last = end.length - LAST_LINE_BYTES;
        if (last < 0) {
            return Optional.empty();
        }
        String lastLine = new String(end, last, LAST_LINE_BYTES, StandardCharsets.UTF_8);
        byte[] lines = Arrays.copyOfRange(end, Math.max(0, last - size(lastLine)), last);
        String text = new String(lines, StandardCharsets.UTF_8);
        return lastLine.equals(lastLine(lines)) && text.startsWith(FIRST_LINE) ? parse(text) : Optional.empty();
    }

    /** As the line says; 0 where it says none. */
    private static int size(String lastLine) {
        try {
            return Math.max(0, Integer.parseInt(lastLine, LAST.length(), LAST.length() + SIZE_DIGITS, 10));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return 0;
        }
    }

    private static Optional<ArtifactManifest> parse(String text) {
        // The digest vouches for every line, so what follows is what lines() wrote.
        String component = "";
        String fingerprint = "";
        long bytes = 0;
        String digest = "";
        String madeFrom = "";
        List<String> imports = new ArrayList<>();
        List<String> exports = new ArrayList<>();
        for (String line : text.substring(FIRST_LINE.length()).split("\n", 0)) {
            int space = line.indexOf(' ');
            String value = line.substring(space + 1);
            switch (line.substring(0, space)) {
                case "component" -> component = value;
                case "fingerprint" -> fingerprint = value;
                case "bytes" -> bytes = Long.parseLong(value);
                case "sha256" -> digest = value;
                case "made-from" -> madeFrom = value;
                case "import" -> imports.add(value);
                case "export" -> exports.add(value);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new ArtifactManifest(
                new ArtifactKey(new Digest(component), fingerprint),
                bytes,
                new Digest(digest),
                new ComponentDescription(madeFrom, imports, exports)));
    }
}

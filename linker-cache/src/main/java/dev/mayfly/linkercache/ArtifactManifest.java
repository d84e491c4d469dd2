package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is recorded beside an artifact: whose it is and what it must look like.
 *
 * <pre>
 *   mayfly-artifact 2
 *   component   &lt;SHA-256 of the component&gt;
 *   fingerprint &lt;of the engine, to the end of the line&gt;
 *   bytes       &lt;the artifact's size&gt;
 *   sha256      &lt;of the artifact&gt;
 *   made-from   &lt;{@link ComponentDescription#madeFrom}&gt;
 *   import      &lt;one line each&gt;
 *   export      &lt;one line each&gt;
 *   end         &lt;SHA-256 of everything above&gt;
 * </pre>
 */
record ArtifactManifest(ArtifactKey key, long bytes, Digest digest, ComponentDescription description) {
    private static final String FIRST_LINE = "mayfly-artifact 2\n";
    private static final String LAST = "end ";

    String text() {
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
        Digest above = Digest.of(text.toString());
        return text.append(LAST).append(above).append('\n').toString();
    }

    /** Empty when the text is not a whole manifest of this version, byte for byte as it was written. */
    static Optional<ArtifactManifest> parse(String text) {
        int end = text.lastIndexOf(LAST);
        if (!text.startsWith(FIRST_LINE) || end < 0) {
            return Optional.empty();
        }
        String above = text.substring(0, end);
        if (!text.substring(end).equals(LAST + Digest.of(above) + "\n")) {
            return Optional.empty();
        }
        // The digest vouches for every line, so what follows is what text() wrote.
        String component = "";
        String fingerprint = "";
        long bytes = 0;
        String digest = "";
        String madeFrom = "";
        List<String> imports = new ArrayList<>();
        List<String> exports = new ArrayList<>();
        for (String line : above.substring(FIRST_LINE.length()).split("\n", 0)) {
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

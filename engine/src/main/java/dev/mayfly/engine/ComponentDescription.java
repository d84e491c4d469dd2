package dev.mayfly.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What a component asks for and offers, as the compiler read it.
 *
 * @param madeFrom what the upload was, in words, when it was a core module that was made a component; empty when it was a component
 * @param imports one line an imported function or instance: {@code mayfly:data/buffers@0.1.0 [method]buffer.length}
 * @param exports one line an export
 */
public record ComponentDescription(String madeFrom, List<String> imports, List<String> exports) {
    public ComponentDescription {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
    }

    /** Whether the upload was a core module that was made a component. */
    public boolean componentized() {
        return !madeFrom.isEmpty();
    }

    static ComponentDescription parse(String report) {
        String madeFrom = "";
        List<String> imports = new ArrayList<>();
        List<String> exports = new ArrayList<>();
        for (String line : report.lines().toList()) {
            int space = line.indexOf(' ');
            String rest = line.substring(space + 1);
            switch (space < 0 ? line : line.substring(0, space)) {
                case "componentized" -> madeFrom = rest;
                case "import" -> imports.add(rest);
                case "export" -> exports.add(rest);
                default ->
                    throw new MayflyException.Internal(
                            "the compiler's report has a line this version does not know: " + line);
            }
        }
        return new ComponentDescription(madeFrom, imports, exports);
    }
}

package dev.mayfly.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What a component asks for and offers, as the compiler read it.
 *
 * @param componentized whether the upload was a core module that was made a component
 * @param imports one line an imported function or instance: {@code mayfly:data/buffers@0.1.0 [method]buffer.length}
 * @param exports one line an export
 */
public record ComponentDescription(boolean componentized, List<String> imports, List<String> exports) {
    public ComponentDescription {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
    }

    static ComponentDescription parse(String report) {
        boolean componentized = false;
        List<String> imports = new ArrayList<>();
        List<String> exports = new ArrayList<>();
        for (String line : report.lines().toList()) {
            int space = line.indexOf(' ');
            String rest = line.substring(space + 1);
            switch (space < 0 ? line : line.substring(0, space)) {
                case "componentized" -> componentized = true;
                case "import" -> imports.add(rest);
                case "export" -> exports.add(rest);
                default ->
                    throw new MayflyException.Internal(
                            "the compiler's report has a line this version does not know: " + line);
            }
        }
        return new ComponentDescription(componentized, imports, exports);
    }
}

package dev.mayfly.engine;

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
}

package dev.mayfly.engine;

import java.nio.file.Files;
import java.nio.file.Path;

/** The test guests that {@code tools/guests.sh} builds into {@code target/guests}. */
final class Guests {
    private Guests() {}

    static Path wasm(String name) {
        // Maven runs tests in their module's folder, which is one below the repository's root.
        Path file = Path.of("../target/guests", name + ".wasm").toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw new AssertionError(file + " is missing: run tools/guests.sh first");
        }
        return file;
    }
}

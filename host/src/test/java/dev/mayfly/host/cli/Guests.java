package dev.mayfly.host.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The test guests that {@code tools/guests.sh} builds into {@code target/guests}. */
final class Guests {
    private Guests() {}

    static Path wasm(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("wit"))) {
            folder = Objects.requireNonNull(folder.getParent(), "the tests run outside the source tree");
        }
        Path file = folder.resolve("target/guests").resolve(name + ".wasm");
        if (!Files.isRegularFile(file)) {
            throw new AssertionError(file + " is missing: run tools/guests.sh first");
        }
        return file;
    }
}

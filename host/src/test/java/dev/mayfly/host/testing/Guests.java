package dev.mayfly.host.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The test guests that {@code tools/guests.sh} builds into {@code target/guests}. */
public final class Guests {
    private Guests() {}

    /** A guest's file, by its name without {@code .wasm}: {@code echo}, {@code bad/truncated}. */
    public static Path file(String name) {
        Path file = folder().resolve(name + ".wasm");
        if (!Files.isRegularFile(file)) {
            throw new AssertionError(file + " is missing: run tools/guests.sh first");
        }
        return file;
    }

    /** A guest's bytes, by the same name. */
    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A component that takes much to compile: many functions cost time, many steps in one cost memory. */
    public static byte[] expensive(int functions, int steps) throws IOException, InterruptedException {
        Path assemble = folder().resolve("cargo/debug/assemble");
        Path file = Files.createTempFile("mayfly-expensive-", ".wasm");
        try {
            Process process = new ProcessBuilder(
                            assemble.toString(),
                            "expensive",
                            Integer.toString(functions),
                            Integer.toString(steps),
                            file.toString())
                    .inheritIO()
                    .start();
            if (process.waitFor() != 0) {
                throw new AssertionError(assemble + " failed");
            }
            return Files.readAllBytes(file);
        } finally {
            Files.delete(file);
        }
    }

    /** The project's folder. */
    public static Path home() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("wit"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new AssertionError("not inside the project");
        }
        return folder;
    }

    private static Path folder() {
        return home().resolve("target/guests");
    }
}

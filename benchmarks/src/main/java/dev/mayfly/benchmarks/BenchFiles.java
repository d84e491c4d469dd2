package dev.mayfly.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The native worker and the guests, copied out of this module to a temporary folder that goes when this is closed. */
final class BenchFiles implements AutoCloseable {
    private static final String WORKER = "mayfly-bench-native";
    private static final List<String> GUESTS = List.of(
            "echo",
            "echo-bytes",
            "engine-call",
            "java-calls",
            "kv-gets",
            "custom-calls",
            "buffer-reads",
            "fetch",
            "no-import",
            "traps");

    private final Path folder;

    private BenchFiles(Path folder) {
        this.folder = folder;
    }

    static BenchFiles open() throws IOException {
        BenchFiles files = new BenchFiles(Files.createTempDirectory("mayfly-bench-"));
        try {
            files.copy(WORKER);
            Files.setPosixFilePermissions(files.worker(), PosixFilePermissions.fromString("rwx------"));
            for (String guest : GUESTS) {
                files.copy(guest + ".module.wasm");
                files.copy(guest + ".component.wasm");
            }
            files.copy("numbers.wit");
            return files;
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    private void copy(String name) throws IOException {
        try (InputStream in = BenchFiles.class.getResourceAsStream("native/" + name)) {
            if (in == null) {
                throw new IOException("this build of the benchmarks lacks " + name + ": build it with ./mayfly bench");
            }
            Files.copy(in, folder.resolve(name));
        }
    }

    Path worker() {
        return folder.resolve(WORKER);
    }

    /** The folder with {@code <name>.component.wasm} and {@code <name>.module.wasm}. */
    Path guests() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

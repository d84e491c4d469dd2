package dev.mayfly.benchmarks.worlds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * {@code wasmtime serve} as a process, with what makes it fastest switched on: memories from a pool, reset by asking the kernel what was written.
 * Closing it ends the process.
 */
final class WasmtimeServe implements AutoCloseable {
    private static final String ADDRESS = "Serving HTTP on ";

    private final Process process;
    private final URI uri;

    private WasmtimeServe(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts it on a free port and waits until it serves.
     *
     * @param wasmtime the program
     */
    static WasmtimeServe start(Path wasmtime, Path component) throws IOException {
        Process process = new ProcessBuilder(
                        wasmtime.toString(),
                        "serve",
                        "-Opooling-allocator=y",
                        "-Opooling-pagemap-scan=auto",
                        "-Scli=y",
                        "--addr=127.0.0.1:0",
                        component.toString())
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(ADDRESS)) {
                Thread.startVirtualThread(() -> lines.lines().forEach(ignored -> {}));
                return new WasmtimeServe(process, URI.create(line.substring(ADDRESS.length())));
            }
            said.append(line).append('\n');
        }
        throw new IOException("wasmtime does not serve: " + said);
    }

    URI uri() {
        return uri;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while wasmtime ends", e);
        }
    }
}

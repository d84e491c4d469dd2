package dev.mayfly.hostinterfaces.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis server on a loopback port of its own, with its files in a temporary folder; both are gone when it is closed.
 *
 * <p>It keeps its port and forgets its data when it is killed and started again.
 */
public final class RedisServer implements AutoCloseable {
    private static final String PROGRAM = "redis-server";

    private final Path folder;
    private final List<String> command;
    private final int port;
    private @Nullable Process process;

    private RedisServer(Path folder, int port, List<String> command) {
        this.folder = folder;
        this.port = port;
        this.command = command;
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param options of redis-server, such as {@code --requirepass}
     */
    public static RedisServer started(String... options) throws Exception {
        return on("--port", options);
    }

    /** Starts one that speaks TLS only, with a certificate and its key in PEM files. */
    public static RedisServer startedWithTls(Path certificate, Path key) throws Exception {
        return on(
                "--tls-port",
                "--port",
                "0",
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-auth-clients",
                "no");
    }

    private static RedisServer on(String portOption, String... options) throws Exception {
        Path folder = Files.createTempDirectory("mayfly-redis");
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                PROGRAM,
                portOption,
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder.toString()));
        command.addAll(List.of(options));
        RedisServer server = new RedisServer(folder, port, command);
        try {
            server.start();
            return server;
        } catch (Exception | AssertionError e) {
            server.close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    /** Starts it again after {@link #kill}, and waits until it listens: it has no data to load, so it answers from then on. */
    public void start() throws Exception {
        Path log = folder.resolve("log");
        Process started;
        try {
            started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new AssertionError(
                    PROGRAM + " can't be run, and this test needs it: apt-get install redis-server, brew install redis",
                    e);
        }
        process = started;
        Waiting.until("redis-server listens on port " + port, () -> {
            if (!started.isAlive()) {
                throw new AssertionError("redis-server has ended:\n" + Files.readString(log));
            }
            return listens();
        });
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it as a crash does. */
    public void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            try {
                if (!running.waitFor(10, TimeUnit.SECONDS)) {
                    throw new AssertionError("redis-server can't be killed");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Makes it hang: connections stay open, and nothing is answered until {@link #resume}. */
    public void hang() throws Exception {
        signal("STOP");
    }

    public void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        Process running = process;
        if (running == null
                || new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                                .start()
                                .waitFor()
                        != 0) {
            throw new AssertionError("no signal " + name + " to redis-server");
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

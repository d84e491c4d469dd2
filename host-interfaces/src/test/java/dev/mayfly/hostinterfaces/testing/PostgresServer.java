package dev.mayfly.hostinterfaces.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the Debian package {@code postgresql}, on a free loopback port with its data in a temporary folder. It has a role
 * {@code orders} with a database of the same name, and the superuser {@code postgres}; both have {@link #PASSWORD}.
 */
public final class PostgresServer implements AutoCloseable {
    public static final String PASSWORD = "correct horse battery staple";

    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql");
    private static final long PROGRAM_SECONDS_MAX = 60;

    private final Path programs = programs();
    private final Path folder;
    private final int port;

    private PostgresServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts a new server. */
    public static PostgresServer start() {
        try {
            PostgresServer server = new PostgresServer(Files.createTempDirectory("mayfly-postgres-"), freePort());
            server.create();
            server.up();
            server.run(
                    "psql",
                    "-h",
                    server.folder.toString(),
                    "-p",
                    String.valueOf(server.port),
                    "-U",
                    "postgres",
                    "-c",
                    "CREATE ROLE orders LOGIN PASSWORD '" + PASSWORD + "'",
                    "-c",
                    "CREATE DATABASE orders OWNER orders");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void create() throws IOException {
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD);
        if (isRoot()) {
            // PostgreSQL refuses to run as root; its package comes with a user.
            run(List.of("chown", "-R", "postgres", folder.toString()));
        }
        run(
                "initdb",
                "-D",
                data(),
                "-U",
                "postgres",
                "--pwfile=" + password,
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8");
    }

    /** Starts the server again. */
    public void up() {
        run(
                "pg_ctl",
                "-D",
                data(),
                "-w",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50 -k " + folder,
                "start");
    }

    /** Kills the server without a word, as a crash does. */
    public void kill() {
        List<ProcessHandle> processes = processes();
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }

    /** Stops all its processes where they are: connections stay, and nobody answers. */
    public void freeze() {
        signal("-STOP");
    }

    /** Lets them go on. */
    public void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes().forEach(process -> command.add(String.valueOf(process.pid())));
        run(command);
    }

    /** The main process first. */
    private List<ProcessHandle> processes() {
        try {
            String pid = Files.readAllLines(Path.of(data(), "postmaster.pid")).getFirst();
            ProcessHandle main = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
            return Stream.concat(Stream.of(main), main.children()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, for a database of that name. */
    public String url(String database) {
        return "postgresql://127.0.0.1:" + port + "/" + database;
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        run("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void run(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private void run(List<String> command) {
        try {
            Path output = Files.createTempFile("mayfly-postgres-", ".log");
            try {
                Process process = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(PROGRAM_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    process.destroyForcibly();
                    throw new AssertionError(command + " failed: " + Files.readString(output));
                }
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static Path programs() {
        if (Files.isDirectory(PROGRAMS)) {
            try (Stream<Path> versions = Files.list(PROGRAMS)) {
                return versions.map(version -> version.resolve("bin"))
                        .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                        .max(Comparator.naturalOrder())
                        .orElseThrow(PostgresServer::missing);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw missing();
    }

    private static AssertionError missing() {
        return new AssertionError("no PostgreSQL server here: apt-get install -y --no-install-recommends postgresql");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package dev.mayfly.host.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.AdminKeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A host on a free port, with functions that everybody may call, with a data folder of its own, and clients for it.
 *
 * <p>Closing it checks that no invocation left anything taken.
 */
public final class TestHost implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Host host;
    private final Path folder;
    private final boolean ownFolder;
    private final HttpClient client = client(HttpClient.Version.HTTP_1_1);

    private TestHost(Host host, Path folder, boolean ownFolder) {
        this.host = host;
        this.folder = folder;
        this.ownFolder = ownFolder;
    }

    public static TestHost start() {
        return start(Limits.defaults());
    }

    public static TestHost start(Limits limits) {
        try {
            return start(Files.createTempDirectory("mayfly-test-"), limits, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code change} has it. */
    public static TestHost start(UnaryOperator<HostConfig> change) {
        try {
            Path folder = Files.createTempDirectory("mayfly-test-");
            return new TestHost(Host.start(change.apply(config(folder))), folder, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a folder that stays. */
    public static TestHost start(Path folder, Limits limits) {
        return start(folder, limits, false);
    }

    /** For a host that was started otherwise, on a folder that stays. */
    public static TestHost of(Host host, Path folder) {
        return new TestHost(host, folder, false);
    }

    private static TestHost start(Path folder, Limits limits, boolean ownFolder) {
        return new TestHost(Host.start(config(folder).withLimits(limits)), folder, ownFolder);
    }

    /** A free port, a folder, and no patience when closing. */
    public static HostConfig config(Path folder) {
        return HostConfig.defaults()
                .withDataFolder(folder)
                .withPort(0)
                .withDrain(Duration.ofSeconds(2))
                .withAccess(AccessConfig.defaults().withFunctionsPublic(true));
    }

    /** As an operator has it: who calls a function needs a key. */
    public static TestHost startPrivate(Path folder) {
        HostConfig config = config(folder);
        return new TestHost(Host.start(config.withAccess(config.access().withFunctionsPublic(false))), folder, false);
    }

    /** The operator's key of the host on a data folder. */
    public static String key(Path folder) {
        return Objects.requireNonNull(AdminKeyFile.read(folder), "there is no admin.key");
    }

    public String key() {
        return key(folder);
    }

    /** A header line for requests to the admin API that are written byte for byte. */
    public String authorization() {
        return "Authorization: Bearer " + key() + "\r\n";
    }

    public static HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).connectTimeout(TIMEOUT).build();
    }

    public Host host() {
        return host;
    }

    public Path folder() {
        return folder;
    }

    public URI uri(String path) {
        return URI.create((isAdmin(path) ? host.adminUri() : host.uri()) + path);
    }

    private static boolean isAdmin(String path) {
        return path.startsWith("/v1") || path.startsWith("/observe/metrics");
    }

    /** A connection to write raw bytes to, on the port for calls. */
    public Socket connect() throws IOException {
        return connect(host.port());
    }

    /** The same on the admin API's port. */
    public Socket connectAdmin() throws IOException {
        return connect(host.adminUri().getPort());
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** To the admin API with the operator's key, to functions without one. */
    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT);
        return isAdmin(path) ? request.header("Authorization", "Bearer " + key()) : request;
    }

    public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(client, request);
    }

    /**
     * Sends a request, and once more where the JDK's client is what closed the connection: it may take the answer to a request for something that
     * came while the connection was idle (JDK-8357639, in JDK 25).
     */
    public static Answer send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            if (!isClosedByClient(e)) {
                throw e;
            }
            return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        }
    }

    private static boolean isClosedByClient(Throwable failure) {
        String message = failure.getMessage();
        Throwable cause = failure.getCause();
        return "connection closed locally".equals(message) || (cause != null && isClosedByClient(cause));
    }

    /** Begins a call and doesn't wait. */
    public CompletableFuture<Answer> begin(String path) {
        return client.sendAsync(request(path).build(), BodyHandlers.ofByteArray())
                .thenApply(Answer::new);
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    public Answer post(String path, byte[] body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    public Answer post(String path, String body) throws IOException, InterruptedException {
        return post(path, body.getBytes(StandardCharsets.UTF_8));
    }

    public Answer put(String path, String body) throws IOException, InterruptedException {
        return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    public Answer upload(String name, byte[] component) throws IOException, InterruptedException {
        return send(request("/v1/functions/" + name).PUT(HttpRequest.BodyPublishers.ofByteArray(component)));
    }

    /** Deploys the guest hello, which says who it is, and answers with the version. */
    public int greet(String name, String greeting, String alias) throws IOException, InterruptedException {
        String path = "/v1/functions/" + name + "?alias=" + alias + "&config=greeting%3D" + greeting;
        Answer answer = send(request(path).PUT(HttpRequest.BodyPublishers.ofByteArray(Guests.bytes("hello"))));
        if (answer.status() != 200 && answer.status() != 201) {
            throw new AssertionError("deploying " + name + ": " + answer.text());
        }
        return answer.json().path("version").asInt();
    }

    /** Deploys one of the {@link Guests} under a name. */
    public Answer deploy(String name, String guest) throws IOException, InterruptedException {
        return deployed(guest, upload(name, Guests.bytes(guest)));
    }

    /** The same with settings: JSON with single quotes, as in a deployment's manifest. */
    public Answer deploy(String name, String guest, String settings) throws IOException, InterruptedException {
        String manifest = URLEncoder.encode(settings.replace('\'', '"'), StandardCharsets.UTF_8);
        return deployed(guest, upload(name + "?manifest=" + manifest, Guests.bytes(guest)));
    }

    /** The same with settings as they stand in the address: {@code binding=files}. */
    public Answer deployWith(String name, String guest, List<String> settings)
            throws IOException, InterruptedException {
        return deployed(guest, upload(name + "?" + String.join("&", settings), Guests.bytes(guest)));
    }

    private static Answer deployed(String guest, Answer answer) {
        if (answer.status() != 200 && answer.status() != 201) {
            throw new AssertionError("deploying " + guest + ": " + answer.text());
        }
        return answer;
    }

    /** The value of a metric, with its labels as they stand in the text; 0 where there is no such line. */
    public double metric(String name) throws IOException, InterruptedException {
        return get("/observe/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    public double invocations(String function, String outcome) throws IOException, InterruptedException {
        return metric("mayfly_function_invocations_total{function=\"" + function + "\",outcome=\"" + outcome + "\"}");
    }

    /** What a function logged, a message each. */
    public List<String> log(String function) throws IOException, InterruptedException {
        return get("/v1/functions/" + function + "/logs")
                .expect(200)
                .json()
                .path("lines")
                .findValuesAsText("message");
    }

    /** What a function's newest version came to by its warm-up. */
    public JsonNode warmup(String function) throws IOException, InterruptedException {
        return get("/v1/functions/" + function + "/warmup").expect(200).json().at("/versions/0");
    }

    /** The same, once it is in that state. */
    public JsonNode awaitWarmup(String function, String state) throws Exception {
        Waiting.until(
                function + " is " + state,
                () -> warmup(function).path("state").asText().equals(state));
        return warmup(function);
    }

    /** Waits until everything that invocations take is given back. */
    public void expectNothingTaken() throws Exception {
        for (String metric : List.of(
                "mayfly_slots_in_use",
                "mayfly_slabs_in_use{payload_bytes=\"4096\"}",
                "mayfly_slabs_in_use{payload_bytes=\"65536\"}",
                "mayfly_slabs_in_use{payload_bytes=\"1048576\"}",
                "mayfly_engine_invocations_open",
                "mayfly_engine_memories",
                "mayfly_engine_stacks",
                "mayfly_tables_retired")) {
            Waiting.until(metric + " is 0", () -> metric(metric) == 0);
        }
    }

    @Override
    public void close() {
        try {
            expectNothingTaken();
        } catch (Exception e) {
            throw new AssertionError("can't ask the host what is taken", e);
        } finally {
            client.close();
            host.close();
            if (ownFolder) {
                delete(folder);
            }
        }
    }

    /** Copies a folder that no host uses, and all in it; returns {@code to}. */
    public static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return to;
    }

    /** Deletes a folder and all in it. */
    public static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

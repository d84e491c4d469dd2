package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A host with bindings and functions that run errands on them: {@code engine/test-guests/errand} has the paths.
 *
 * <p>Closing it checks that nothing is left taken, neither of the host nor of a binding.
 */
final class ErrandHost implements AutoCloseable {
    static final String FUNCTION = "errand";

    private static final Pattern IN_USE = Pattern.compile("mayfly_binding_in_use\\{.*} 0(\\.0)?");

    private final TestHost host;

    private ErrandHost(TestHost host) {
        this.host = host;
    }

    /**
     * Starts one.
     *
     * @param folder of its data and configuration, which stays
     * @param bindings lines of {@code mayfly.yaml}, below {@code bindings:}
     */
    static ErrandHost start(Path folder, Limits limits, String bindings) throws IOException {
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), "bindings:\n" + bindings.indent(2));
        return new ErrandHost(TestHost.start(folder, limits));
    }

    static ErrandHost start(Path folder, String bindings) throws IOException {
        return start(folder, Limits.defaults(), bindings);
    }

    TestHost host() {
        return host;
    }

    /** Deploys {@value #FUNCTION} with these bindings, each {@code name} or {@code name=host's name}. */
    ErrandHost grant(String... bindings) throws Exception {
        return grantTo(FUNCTION, bindings);
    }

    ErrandHost grantTo(String function, String... bindings) throws Exception {
        deploy(function, List.of(bindings), List.of());
        return this;
    }

    /** Deploys a function that also gets what is published to some topics. */
    void deploy(String function, List<String> bindings, List<String> topics) throws Exception {
        deploy(function, bindings, topics, List.of());
    }

    /** Deploys a function with limits of its own, each {@code name=value}. */
    void deploy(String function, List<String> bindings, List<String> topics, List<String> limits) throws Exception {
        StringBuilder query = new StringBuilder();
        limits.forEach(limit -> query.append("&limit=").append(encoded(limit)));
        bindings.forEach(binding -> query.append("&binding=").append(encoded(binding)));
        topics.forEach(topic -> query.append("&topic=").append(encoded(topic)));
        Answer answer = host.send(host.request("/v1/functions/" + function + "?" + query)
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))));
        assertTrue(answer.status() == 200 || answer.status() == 201, answer::text);
    }

    /** Where an errand of {@value #FUNCTION} is. */
    static String path(String errand, String... query) {
        return pathOf(FUNCTION, errand, query);
    }

    /**
     * Where a function's errand is.
     *
     * @param query each {@code name=value}; the values are not encoded yet
     */
    static String pathOf(String function, String errand, String... query) {
        StringBuilder path = new StringBuilder("/f/" + function + "/" + errand + "?");
        for (String pair : query) {
            int equals = pair.indexOf('=');
            path.append(pair, 0, equals + 1)
                    .append(encoded(pair.substring(equals + 1)))
                    .append('&');
        }
        return path.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    HttpRequest.Builder request(String errand, String... query) {
        return host.request(path(errand, query));
    }

    Answer get(String errand, String... query) throws Exception {
        return host.get(path(errand, query));
    }

    Answer post(String body, String errand, String... query) throws Exception {
        return host.post(path(errand, query), body.getBytes(StandardCharsets.UTF_8));
    }

    /** A call that its caller allows so little time. */
    Answer within(int deadlineMs, HttpRequest.Builder request) throws Exception {
        return host.send(request.header("Mayfly-Deadline-Ms", Integer.toString(deadlineMs)));
    }

    /** Asserts that the host refused what the function asked for, and returns what the function was told. */
    static String refused(String kind, Answer answer) {
        assertEquals(kind, answer.header("refused"), () -> answer.status() + " " + answer.text());
        return answer.text();
    }

    /** Waits until no operation is going and nothing is open on any binding. */
    void expectReleased() throws Exception {
        Waiting.until(
                "no binding is in use",
                () -> host.get("/observe/metrics")
                        .text()
                        .lines()
                        .filter(line -> line.startsWith("mayfly_binding_in_use{"))
                        .allMatch(line -> IN_USE.matcher(line).matches()));
    }

    /** What {@code GET /v1/bindings} has of a binding. */
    int ofBinding(String name, String count) throws Exception {
        for (var binding : host.get("/v1/bindings").expect(200).json().path("bindings")) {
            if (binding.path("name").asText().equals(name)) {
                assertTrue(binding.has(count), binding::toString);
                return binding.path(count).asInt();
            }
        }
        throw new AssertionError("no binding " + name);
    }

    @Override
    public void close() {
        try {
            expectReleased();
        } catch (Exception e) {
            throw new AssertionError("can't ask the host what is in use", e);
        } finally {
            host.close();
        }
    }
}

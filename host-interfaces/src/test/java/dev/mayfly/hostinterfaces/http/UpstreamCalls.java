package dev.mayfly.hostinterfaces.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** The words in which the tests of upstreams speak. */
final class UpstreamCalls {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private UpstreamCalls() {}

    static HttpUpstreamConfig local(Origin origin) {
        return HttpUpstreamConfig.of(origin).withAllowPrivateAddresses(true);
    }

    static HttpUpstream.Request get(String path) {
        return request("GET", path, null);
    }

    static HttpUpstream.Request post(String path, String body) {
        return request("POST", path, Body.of(body.getBytes(StandardCharsets.UTF_8)));
    }

    static HttpUpstream.Request request(String method, String path, @Nullable Body body) {
        return new HttpUpstream.Request(method, path, List.of(), body);
    }

    static HttpUpstream.Request with(HttpUpstream.Request request, String name, String value) {
        return new HttpUpstream.Request(
                request.method(), request.pathAndQuery(), List.of(Map.entry(name, value)), request.body());
    }

    static HttpUpstream.Response send(HttpUpstream upstream, HttpUpstream.Request request) {
        return upstream.send(request, Deadline.in(PATIENCE));
    }

    static String text(HttpUpstream.Response response) throws IOException {
        try (Body body = response.body()) {
            return new String(body.stream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static @Nullable String header(HttpUpstream.Response response, String name) {
        return response.headers().stream()
                .filter(header -> header.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    static String assertFails(HostError.Kind kind, Runnable call) {
        HostError error = Assertions.assertThrows(HostError.class, call::run);
        assertEquals(kind, error.kind(), error.getMessage());
        return safeMessage(error);
    }

    static String assertBodyFails(HostError.Kind kind, HttpUpstream.Response response) {
        try (Body body = response.body()) {
            IOException broken = Assertions.assertThrows(
                    IOException.class, () -> body.stream().transferTo(java.io.OutputStream.nullOutputStream()));
            HostError error = Assertions.assertInstanceOf(HostError.class, broken.getCause());
            assertEquals(kind, error.kind(), error.getMessage());
            return safeMessage(error);
        }
    }

    private static String safeMessage(HostError error) {
        String message = String.valueOf(error.getMessage());
        assertTrue(!message.contains("127.0.0.1") && !message.contains("localhost"), message);
        return message;
    }

    static void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "never: " + what);
            Thread.sleep(5);
        }
    }
}

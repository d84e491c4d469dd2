package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Traces go on from who called to whom the function asks, and to a collector where the operator names one. */
@Timeout(120)
class TracesTest {
    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN_ID = "00f067aa0ba902b7";

    private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");

    private static final List<byte[]> exported = new CopyOnWriteArrayList<>();
    private static final List<String> asked = new CopyOnWriteArrayList<>();
    private static WebServer server;
    private static URI uri;

    /** A collector and an upstream. */
    @BeforeAll
    static void start() {
        server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .routing(routing -> routing.post("/v1/traces", (request, response) -> {
                            exported.add(request.content().as(byte[].class));
                            response.send();
                        })
                        .any("/asked", (request, response) -> {
                            asked.add(request.headers().first(TRACEPARENT).orElse("none"));
                            response.send();
                        }))
                .build()
                .start();
        uri = URI.create("http://127.0.0.1:" + server.port());
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static TestHost host(ObserveConfig observe) throws Exception {
        TestHost host = TestHost.start(config -> {
            try {
                Files.writeString(
                        config.dataFolder().resolve(HostConfiguration.FILE_NAME),
                        "bindings:\n  up: {kind: http, origin: '" + uri + "', allow-private-addresses: true}\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return config.withObserve(observe);
        });
        host.send(host.request("/v1/functions/errand?binding=up")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))))
                .expect(201);
        return host;
    }

    /** Calls a function that asks the upstream; returns the trace context that the upstream got. */
    private static String call(TestHost host, String... headers) throws Exception {
        asked.clear();
        var request = host.request("/f/errand/http/send?upstream=up&path=/asked");
        if (headers.length > 0) {
            request.headers(headers);
        }
        host.send(request).expect(200);
        return asked.getFirst();
    }

    private static boolean isExported(String text, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return exported.stream().anyMatch(export -> {
            String latin1 = new String(export, StandardCharsets.ISO_8859_1);
            return latin1.contains(text) && latin1.contains(new String(bytes, StandardCharsets.ISO_8859_1));
        });
    }

    @Test
    void aTraceGoesOnToTheUpstreamThoughNobodyTracesHere() throws Exception {
        String traceParent = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";
        try (TestHost host = host(ObserveConfig.defaults())) {
            assertEquals(traceParent, call(host, "traceparent", traceParent));
            assertEquals("none", call(host));
        }
    }

    @Test
    void theCollectorGetsASpanForEachPartOfTheCall() throws Exception {
        exported.clear();
        try (TestHost host = host(ObserveConfig.defaults().withOtlpEndpoint(uri))) {
            String carried = call(host, "traceparent", "00-" + TRACE_ID + "-" + SPAN_ID + "-01");
            assertTrue(carried.startsWith("00-" + TRACE_ID + "-"), carried);
            String span = carried.substring(36, 52);
            assertNotEquals(SPAN_ID, span, "the upstream's caller is the operation");
            Waiting.until("the call's spans", () -> isExported("errand", TRACE_ID));
            for (String name : List.of("start", "guest", "http-send")) {
                assertTrue(isExported(name, TRACE_ID), name);
            }
            assertTrue(isExported("http-send", SPAN_ID), "the call's parent is the caller's span");
            assertTrue(isExported("http-send", span), "the span that the upstream was told of");
        }
    }

    @Test
    void whatTheCallerDoesNotSampleIsNotExportedAndWhatIsNoTraceBeginsOne() throws Exception {
        try (TestHost host = host(ObserveConfig.defaults().withOtlpEndpoint(uri))) {
            String unsampled = "11111111111111111111111111111111";
            String carried = call(host, "traceparent", "00-" + unsampled + "-" + SPAN_ID + "-00");
            assertTrue(carried.matches("00-" + unsampled + "-[0-9a-f]{16}-00"), carried);
            String begun = call(host, "traceparent", "not a trace");
            assertTrue(begun.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01"), begun);
            Waiting.until("the begun trace", () -> isExported("http-send", begun.substring(3, 35)));
            assertEquals(false, isExported("http-send", unsampled));
        }
    }

    @Test
    void aCollectorThatIsAwayCostsNoCall() throws Exception {
        try (TestHost host = host(ObserveConfig.defaults().withOtlpEndpoint(URI.create("http://127.0.0.1:1")))) {
            for (int i = 0; i < 20; i++) {
                call(host);
            }
        }
    }
}

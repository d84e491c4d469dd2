package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.get;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.local;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.request;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.send;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.text;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a function gets to through an http binding, and where it doesn't. */
class UpstreamGrantsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "239.1.1.1",
                "255.255.255.255",
                "240.0.0.1",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "192.0.0.8",
                "::1",
                "::",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2002:a9fe:a9fe::",
                "2001:db8::1",
                "2001::1",
                "3fff::1"
            })
    void anAddressThatIsNotPublicIsRefused(String literal) {
        assertFalse(new AddressRules(false).allows(address(literal)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "172.15.0.1",
                "172.32.0.1",
                "100.63.0.1",
                "100.128.0.1",
                "192.167.0.1",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450::1",
                "64:ff9b::8.8.8.8",
                "2002:808:808::1"
            })
    void aPublicAddressIsLetThrough(String literal) {
        assertTrue(new AddressRules(false).allows(address(literal)));
    }

    @Test
    void evenWherePrivateAddressesAreGrantedMetadataMulticastAndUnspecifiedOnesAreNot() {
        AddressRules rules = new AddressRules(true);
        for (String literal : List.of("127.0.0.1", "10.0.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1", "8.8.8.8")) {
            assertTrue(rules.allows(address(literal)), literal);
        }
        for (String literal : List.of(
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "64:ff9b::169.254.169.254",
                "fd00:ec2::254",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "ff02::1",
                "255.255.255.255")) {
            assertFalse(rules.allows(address(literal)), literal);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]"})
    void aNameOrLiteralThatLeadsToLoopbackIsRefusedWithoutAConnection(String host) throws IOException {
        try (RawUpstream server = RawUpstream.answering(OK)) {
            Origin origin = Origin.of("http://" + host + ":" + server.port());
            try (HttpUpstream upstream = new PooledUpstream(HttpUpstreamConfig.of(origin))) {
                assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
                assertEquals(0, server.accepted());
            }
        }
    }

    @Test
    void connectionsThatAreOpenedAtTheSameTimeShareALookup() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        CheckedNames.Lookup slow = host -> {
            lookups.incrementAndGet();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {address("127.0.0.1")};
        };
        CheckedNames names = new CheckedNames(slow, new AddressRules(true), Duration.ofSeconds(10));
        List<Thread> waiting = new ArrayList<>();
        AtomicInteger answered = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            waiting.add(Thread.startVirtualThread(() -> {
                try {
                    answered.addAndGet(names.resolve("shop.example").length);
                } catch (UnknownHostException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        UpstreamCalls.awaitTrue(
                "all wait", () -> waiting.stream().allMatch(t -> t.getState() == Thread.State.TIMED_WAITING));
        answer.countDown();
        for (Thread thread : waiting) {
            thread.join();
        }
        assertEquals(100, answered.get());
        assertEquals(1, lookups.get());
    }

    @Test
    void theConnectionIsMadeToTheAddressThatWasCheckedAndTheNameIsAskedOnce() throws IOException {
        AtomicInteger lookups = new AtomicInteger();
        ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
        // A name server that rebinds: granted first, then where the function must not get to.
        CheckedNames.Lookup rebinding =
                host -> new InetAddress[] {address(lookups.getAndIncrement() == 0 ? "127.0.0.1" : "169.254.169.254")};
        try (RawUpstream server = new RawUpstream(RawUpstream.eachHead(head -> {
                    heads.add(head);
                    return OK;
                }));
                HttpUpstream upstream =
                        new PooledUpstream(local(new Origin("http", "shop.example", server.port())), rebinding)) {
            assertEquals("ok", text(send(upstream, get("/"))));
            assertEquals("ok", text(send(upstream, get("/"))));
            assertEquals(1, lookups.get());
            assertTrue(heads.element().contains("Host: shop.example:" + server.port() + "\r\n"), heads.element());
            server.hangUp();
            UpstreamCalls.awaitTrue("connections gone", () -> server.open() == 0);
            assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
            assertEquals(2, lookups.get());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void ofSeveralAddressesOnlyGrantedOnesAreTried() throws IOException {
        try (RawUpstream server = RawUpstream.answering(OK);
                HttpUpstream upstream =
                        new PooledUpstream(local(new Origin("http", "shop.example", server.port())), host ->
                                new InetAddress[] {address("169.254.169.254"), address("127.0.0.1")})) {
            assertEquals("ok", text(send(upstream, get("/"))));
        }
    }

    @Test
    void aRedirectToAnOriginThatIsNotGrantedIsRefused() throws IOException {
        try (RawUpstream other = RawUpstream.answering(OK);
                RawUpstream server = RawUpstream.answering(
                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + other.origin() + "/x\r\n\r\n");
                HttpUpstream upstream =
                        new PooledUpstream(local(server.origin()).withRedirects(3, Set.of()))) {
            assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
            assertEquals(0, other.accepted());
        }
    }

    @Test
    void aRedirectToAGrantedOriginGetsThereWithoutCredentials() throws IOException {
        ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
        try (RawUpstream other = new RawUpstream((socket, in, out) -> {
                    heads.add(RawUpstream.readHead(in));
                    out.write(OK.getBytes(StandardCharsets.US_ASCII));
                });
                RawUpstream server = RawUpstream.answering(
                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + other.origin() + "/x?y=1\r\n\r\n");
                HttpUpstream upstream = new PooledUpstream(local(server.origin())
                        .withHeaders(List.of(Map.entry("X-Api-Key", "secret")))
                        .withRedirects(1, Set.of(other.origin())))) {
            HttpUpstream.Request request = new HttpUpstream.Request(
                    "GET",
                    "/",
                    List.of(Map.entry("Authorization", "mine"), Map.entry("Cookie", "mine"), Map.entry("X-Trace", "7")),
                    null);
            assertEquals("ok", text(send(upstream, request)));
            String head = heads.element();
            assertTrue(head.startsWith("GET /x?y=1 HTTP/1.1\r\n"), head);
            assertTrue(head.contains("X-Trace: 7"), head);
            assertFalse(head.contains("secret") || head.contains("mine"), head);
        }
    }

    @Test
    void aRedirectToAPrivateAddressIsRefusedEvenFromAGrantedOrigin() throws IOException {
        Origin inner = new Origin("http", "inner.example", 80);
        try (RawUpstream server = RawUpstream.answering(
                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://inner.example/latest/meta-data\r\n\r\n");
                HttpUpstream upstream = new PooledUpstream(
                        local(new Origin("http", "shop.example", server.port())).withRedirects(3, Set.of(inner)),
                        host -> new InetAddress[] {
                            address(host.equals("shop.example") ? "127.0.0.1" : "169.254.169.254")
                        })) {
            assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "gopher://x/", "http://user:pass@127.0.0.1/", "//169.254.169.254/"})
    void aRedirectToWhatIsNoGrantedOriginIsRefused(String location) throws IOException {
        try (RawUpstream server = RawUpstream.answering(
                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
                HttpUpstream upstream =
                        new PooledUpstream(local(server.origin()).withRedirects(3, Set.of()))) {
            assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
        }
    }

    @Test
    void whatWouldSmuggleIsRefusedBeforeAnythingIsSent() throws IOException {
        try (RawUpstream server = RawUpstream.answering(OK);
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            for (String name : List.of(
                    "Host",
                    "content-length",
                    "Transfer-Encoding",
                    "connection",
                    "Keep-Alive",
                    "TE",
                    "Trailer",
                    "Upgrade",
                    "Proxy-Authorization",
                    "Proxy-Connection",
                    "Expect",
                    "HTTP2-Settings",
                    "",
                    "a b",
                    "a:b",
                    "a\r\nb",
                    "ä",
                    ":path")) {
                assertFails(Kind.INVALID, () -> send(upstream, with(get("/"), name, "x")));
            }
            for (String value : List.of("a\r\nHost: evil", "a\nb", "a\rb", "a\0b", "a\u007fb", "\u0100")) {
                assertFails(Kind.INVALID, () -> send(upstream, with(get("/"), "x-ok", value)));
            }
            for (String path : List.of("", "x", "http://evil/", "/a b", "/a\r\nb", "/a#b", "/ä", "/\0", "*")) {
                assertFails(Kind.INVALID, () -> send(upstream, get(path)));
            }
            for (String method : List.of("", "GET /", "CONNECT", "trace", "GET\r\n")) {
                assertFails(Kind.INVALID, () -> send(upstream, request(method, "/", null)));
            }
            assertEquals(0, server.accepted());
        }
    }

    @Test
    void oddPathsArriveUnchanged() throws IOException {
        ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
        try (RawUpstream server = new RawUpstream(RawUpstream.eachHead(head -> {
                    heads.add(head);
                    return OK;
                }));
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            for (String path :
                    List.of("/a/../b//c;d=1", "/%2e%2E/%zz", "//evil.example/x", "/a|b\"{c}<d>?[e]=^`&f=\\", "/?")) {
                assertEquals("ok", text(send(upstream, get(path))));
                String head = String.valueOf(heads.poll());
                assertTrue(head.startsWith("GET " + path + " HTTP/1.1\r\n"), head);
            }
        }
    }

    @Test
    void configurationThatCanNotWorkIsRefused() {
        Origin origin = Origin.of("https://shop.example");
        assertEquals(443, origin.port());
        HttpUpstreamConfig config = HttpUpstreamConfig.of(origin);
        assertThrows(IllegalArgumentException.class, () -> config.withPoolSize(0));
        assertThrows(IllegalArgumentException.class, () -> config.withHeaders(List.of(Map.entry("Host", "x"))));
        assertThrows(IllegalArgumentException.class, () -> Origin.of("https://shop.example/path"));
        assertThrows(IllegalArgumentException.class, () -> Origin.of("ftp://shop.example"));
        assertThrows(IllegalArgumentException.class, () -> Origin.of("shop.example"));
        assertFalse(config.withHeaders(List.of(Map.entry("X-Key", "secret")))
                .toString()
                .contains("secret"));
    }
}

package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import dev.mayfly.hostinterfaces.testing.SelfSigned;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever an upstream does, the function gets an answer or a typed error in time, and the connection comes back or is closed. */
@Timeout(60)
final class BadUpstreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String[] TO_UPSTREAM = {"upstream=shop", "path=/"};

    @TempDir
    private Path folder;

    /** A host whose function may call {@code origin} under the name {@code shop}. */
    private ErrandHost hostFor(String origin, String... settings) throws Exception {
        StringBuilder binding = new StringBuilder("shop:\n  kind: http\n  origin: " + origin + "\n");
        for (String setting : settings) {
            binding.append("  ").append(setting).append('\n');
        }
        return ErrandHost.start(folder, binding.toString()).grant("shop");
    }

    private ErrandHost hostFor(RawUpstream upstream) throws Exception {
        return hostFor(upstream.origin().toString(), "allow-private-addresses: true", "pool-size: 1");
    }

    /** More than the pool has, so that what isn't given back is missed. */
    private static void expectEachRefused(String kind, ErrandHost host, String errand) throws Exception {
        String timeout = "timeout-ms=" + (kind.equals("timeout") ? 150 : 5_000);
        for (int i = 0; i < 3; i++) {
            String told = refused(kind, host.get(errand, "upstream=shop", "path=/", timeout));
            assertFalse(told.contains("127.0.0.1") || told.contains("pool-size"), told);
        }
        host.expectReleased();
        assertEquals(0, host.ofBinding("shop", "connectionsOpen"));
    }

    private static RawUpstream answering(String bytes, boolean reset) throws IOException {
        return new RawUpstream((socket, in, out) -> {
            RawUpstream.readHead(in);
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            if (reset) {
                out.flush();
                socket.setSoLinger(true, 0);
            }
        });
    }

    @Test
    void oneThatRefusesIsUnavailable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (ErrandHost host = hostFor("http://127.0.0.1:" + port, "allow-private-addresses: true", "pool-size: 1")) {
            expectEachRefused("unavailable", host, "http/send");
        }
    }

    @Test
    void oneThatHangsEndsAtTheOperationsOwnDeadlineOrTheCalls() throws Exception {
        try (RawUpstream upstream =
                        new RawUpstream((socket, in, out) -> in.transferTo(OutputStream.nullOutputStream()));
                ErrandHost host = hostFor(upstream)) {
            expectEachRefused("timeout", host, "http/send");
            long startNs = System.nanoTime();
            Answer answer = host.within(300, host.request("http/send", TO_UPSTREAM));
            assertTrue(answer.status() == 504, answer::text);
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            assertTrue(tookMs >= 250 && tookMs < 3_000, "ms until the deadline of 300: " + tookMs);
            Waiting.until("the upstream sees its connections closed", () -> upstream.open() == 0);
        }
    }

    @Test
    void oneThatTricklesItsHeadEndsAtTheDeadline() throws Exception {
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    RawUpstream.trickle(out, "HTTP/1.1 200 OK\r\nX-Long: ");
                });
                ErrandHost host = hostFor(upstream)) {
            expectEachRefused("timeout", host, "http/send");
        }
    }

    @Test
    void oneThatTricklesItsBodyEndsAtTheCallsDeadlineReadOrPassedOn() throws Exception {
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    RawUpstream.trickle(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                });
                ErrandHost host = hostFor(upstream)) {
            for (int i = 0; i < 3; i++) {
                // What it reads doesn't come, and then its own time is over as well.
                Answer read = host.within(300, host.request("http/read", TO_UPSTREAM));
                assertTrue(read.status() >= 500, read::text);
                assertThrows(IOException.class, () -> host.within(300, host.request("http/send", TO_UPSTREAM)));
            }
            host.expectReleased();
            Waiting.until("its connections are closed", () -> upstream.open() == 0);
        }
    }

    @Test
    void oneThatResetsWithoutAnAnswerIsUnavailable() throws Exception {
        try (RawUpstream upstream = answering("", true);
                ErrandHost host = hostFor(upstream)) {
            expectEachRefused("unavailable", host, "http/send");
        }
    }

    @Test
    void aBodyThatBreaksOffWhileItIsReadIsAnErrorToTheFunction() throws Exception {
        try (RawUpstream upstream = answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true);
                ErrandHost host = hostFor(upstream)) {
            expectEachRefused("unavailable", host, "http/read");
        }
        for (String head :
                List.of("Content-Length: 1000000\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n9\r\nhalf")) {
            try (RawUpstream upstream = answering("HTTP/1.1 200 OK\r\n" + head, false);
                    ErrandHost host = hostFor(upstream)) {
                expectEachRefused("buffer-unavailable", host, "http/read");
            }
        }
    }

    @Test
    void aBodyThatBreaksOffWhileItIsPassedOnNeverLooksWholeToTheClient() throws Exception {
        for (String head :
                List.of("Content-Length: 1000000\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n9\r\nhalf")) {
            for (boolean reset : List.of(true, false)) {
                try (RawUpstream upstream = answering("HTTP/1.1 200 OK\r\n" + head, reset);
                        ErrandHost host = hostFor(upstream)) {
                    for (int i = 0; i < 3; i++) {
                        assertThrows(IOException.class, () -> host.get("http/send", TO_UPSTREAM), head);
                    }
                    host.expectReleased();
                    assertEquals(0, host.ofBinding("shop", "connectionsOpen"));
                }
            }
        }
    }

    @Test
    void oneThatAnswersGarbageIsUnavailable() throws Exception {
        for (String garbage : List.of(
                "garbage\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "\0\1\2\3".repeat(100_000))) {
            try (RawUpstream upstream = answering(garbage, false);
                    ErrandHost host = hostFor(upstream)) {
                Answer answer = host.get("http/read", TO_UPSTREAM);
                assertTrue(
                        List.of("unavailable", "limit-exceeded").contains(answer.header("refused")),
                        () -> answer.status() + " " + answer.text());
            }
        }
    }

    @Test
    void aHeadThatIsTooLargeForTheHostOrForTheFunctionIsRefusedAndItsConnectionClosed() throws Exception {
        for (String lines : List.of(
                ("x-long: " + "v".repeat(20_000) + "\r\n"),
                "x-short: v\r\n".repeat(500),
                ("x-long: " + "v".repeat(15_000) + "\r\n").repeat(150))) {
            try (RawUpstream upstream =
                            answering("HTTP/1.1 200 OK\r\n" + lines + "Content-Length: 1000000\r\n\r\nx", false);
                    ErrandHost host = hostFor(upstream)) {
                expectEachRefused("limit-exceeded", host, "http/read");
            }
        }
    }

    @Test
    void onlyACertificateThatIsTrustedAndForThatNameIsTaken() throws Exception {
        SelfSigned itsOwn = SelfSigned.in(folder, "ip:127.0.0.1");
        SelfSigned anothers = SelfSigned.in(folder, "dns:shop.example");
        for (SelfSigned certificate : List.of(itsOwn, anothers)) {
            try (RawUpstream upstream =
                    new RawUpstream(certificate.serverSockets(), RawUpstream.eachHead(head -> OK))) {
                String origin = "https://127.0.0.1:" + upstream.port();
                try (ErrandHost host = hostFor(origin, "allow-private-addresses: true", "pool-size: 1")) {
                    expectEachRefused("unavailable", host, "http/send");
                }
                try (ErrandHost host = hostFor(
                        origin,
                        "allow-private-addresses: true",
                        "pool-size: 1",
                        "trusted-certificates: " + certificate.certificate())) {
                    if (certificate.equals(itsOwn)) {
                        assertEquals("ok", host.get("http/send", TO_UPSTREAM).text());
                    } else {
                        expectEachRefused("unavailable", host, "http/send");
                    }
                }
            }
        }
    }

    @Test
    void aNameThatDoesNotResolveIsUnavailable() throws Exception {
        try (ErrandHost host = hostFor("http://no-such-host.invalid")) {
            String told = refused("unavailable", host.get("http/send", TO_UPSTREAM));
            assertFalse(told.contains("no-such-host"), told);
        }
    }

    @Test
    void privateAddressesAreReachedOnlyWhereTheOperatorAllowsIt() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK)) {
            for (String name : List.of("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0")) {
                try (ErrandHost host = hostFor("'http://" + name + ":" + upstream.port() + "'")) {
                    refused("permission-denied", host.get("http/send", TO_UPSTREAM));
                }
            }
            assertEquals(0, upstream.accepted());
        }
    }

    @Test
    void aRedirectLeadsNowhereThatTheBindingDoesNotGrant() throws Exception {
        try (RawUpstream inside = RawUpstream.answering(OK);
                RawUpstream upstream = new RawUpstream(RawUpstream.eachHead(head -> {
                    String target = head.contains("/again")
                            ? "/again"
                            : head.substring(head.indexOf('=') + 1, head.indexOf(" HTTP"));
                    return "HTTP/1.1 302 Found\r\nLocation: " + target + "\r\nContent-Length: 0\r\n\r\n";
                }));
                ErrandHost host = hostFor(
                        upstream.origin().toString(),
                        "allow-private-addresses: true",
                        "redirects-max: 3",
                        "granted-redirect-origins: ['http://169.254.169.254']")) {
            for (String target : List.of(
                    inside.origin() + "/",
                    "//127.0.0.1:" + inside.port() + "/",
                    "http://169.254.169.254/latest/meta-data",
                    "file:///etc/passwd")) {
                refused("permission-denied", host.get("http/send", "upstream=shop", "path=/?to=" + target));
            }
            assertEquals(0, inside.accepted());
            refused("limit-exceeded", host.get("http/send", "upstream=shop", "path=/again"));
        }
    }

    @Test
    void nothingThatAFunctionWritesIntoAHeadBeginsAnotherRequest() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                ErrandHost host = hostFor(upstream)) {
            for (String header : List.of(
                    "x:a\r\nx-smuggled: yes",
                    "x:a\n\nGET /admin HTTP/1.1",
                    "x\r\ny:a",
                    "x :a",
                    ":a",
                    "content-length:0",
                    "transfer-encoding:chunked",
                    "host:admin.example",
                    "connection:x",
                    "x:a\0b")) {
                refused("invalid", host.get("http/send", "upstream=shop", "path=/", "header=" + header));
            }
            for (String line : List.of("path=/ HTTP/1.1\r\nx: y", "path=//\n", "path=http://admin.example/", "path=")) {
                refused("invalid", host.get("http/send", "upstream=shop", line));
            }
            for (String method : List.of("GET / HTTP/1.1\r\n\r\nGET", "CONNECT", "TRACE", "")) {
                refused("invalid", host.get("http/send", "upstream=shop", "path=/", "method=" + method));
            }
            assertEquals(0, upstream.accepted(), "requests that got through");
            assertEquals("ok", host.get("http/send", TO_UPSTREAM).text());
        }
    }

    @Test
    void oneThatIsBackIsCalledAgainAtOnce() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                ErrandHost host = hostFor(upstream)) {
            for (int i = 0; i < 5; i++) {
                assertEquals(
                        "ok", host.host().get(path("http/send", TO_UPSTREAM)).text());
                upstream.hangUp();
            }
            host.expectReleased();
        }
    }
}

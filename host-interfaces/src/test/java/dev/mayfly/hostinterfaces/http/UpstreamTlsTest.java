package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.get;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.local;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.send;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are verified: who issued them, and for which name. */
class UpstreamTlsTest {
    private static final CheckedNames.Lookup LOOPBACK = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};

    @TempDir
    private static Path folder;

    private RawUpstream server;
    private static Path certificate;
    private static SSLContext tls;

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path store = folder.resolve("server.p12");
        certificate = folder.resolve("server.pem");
        keytool(
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-dname",
                "CN=shop.example",
                "-ext",
                "san=dns:shop.example",
                "-keystore",
                store.toString());
        keytool("-exportcert", "-rfc", "-alias", "s", "-file", certificate.toString(), "-keystore", store.toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
    }

    @BeforeEach
    void serve() throws IOException {
        server = new RawUpstream(tls.getServerSocketFactory(), (socket, in, out) -> {
            for (String head = RawUpstream.readHead(in); !head.isEmpty(); head = RawUpstream.readHead(in)) {
                ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) socket).getSession();
                String name = ((SNIHostName) session.getRequestedServerNames().getFirst()).getAsciiName();
                String host = head.lines()
                        .filter(line -> line.startsWith("Host: "))
                        .findFirst()
                        .orElseThrow();
                String seen = "sni=" + name + " " + host;
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + seen.length() + "\r\n\r\n" + seen)
                        .getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-storepass", "changeit"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    private HttpUpstreamConfig config(String host) {
        return local(new Origin("https", host, server.port()));
    }

    @Test
    void aTrustedCertificateForTheRightNameIsGoodAndTheNameIsSent() throws Exception {
        try (HttpUpstream upstream =
                new PooledUpstream(config("shop.example").withTrustedCertificates(certificate), LOOPBACK)) {
            int port = server.port();
            assertEquals("sni=shop.example Host: shop.example:" + port, text(send(upstream, get("/"))));
            assertEquals("sni=shop.example Host: shop.example:" + port, text(send(upstream, get("/"))));
            assertEquals(1, upstream.connectionsOpen());
        }
    }

    @Test
    void http2IsSpokenOverTlsWithTheSameChecks() throws Exception {
        WebServer http2 = WebServer.builder()
                .host("127.0.0.1")
                .tls(Tls.builder().sslContext(tls).build())
                .routing(routing -> routing.get(
                        "/",
                        (request, response) ->
                                response.send(request.prologue().protocolVersion() + " " + request.authority())))
                .build()
                .start();
        try {
            HttpUpstreamConfig config = local(new Origin("https", "shop.example", http2.port()))
                    .withProtocol(HttpUpstreamConfig.Protocol.HTTP_2);
            try (HttpUpstream upstream = new PooledUpstream(config.withTrustedCertificates(certificate), LOOPBACK)) {
                assertEquals("2.0 shop.example:" + http2.port(), text(send(upstream, get("/"))));
                assertEquals(1, upstream.connectionsOpen());
            }
            try (HttpUpstream upstream = new PooledUpstream(config, LOOPBACK)) {
                assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            }
        } finally {
            http2.stop();
        }
    }

    @Test
    void aCertificateThatNobodyTrustsIsRefused() {
        try (HttpUpstream upstream = new PooledUpstream(config("shop.example"), LOOPBACK)) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            assertEquals(0, upstream.connectionsOpen());
        }
    }

    @Test
    void aTrustedCertificateForAnotherNameIsRefused() {
        for (String name : List.of("other.example", "127.0.0.1")) {
            try (HttpUpstream upstream =
                    new PooledUpstream(config(name).withTrustedCertificates(certificate), LOOPBACK)) {
                assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            }
        }
    }

    @Test
    void aHandshakeThatHangsEndsAtTheDeadline() throws Exception {
        try (RawUpstream silent =
                        new RawUpstream((socket, in, out) -> in.transferTo(java.io.OutputStream.nullOutputStream()));
                HttpUpstream upstream = new PooledUpstream(local(new Origin("https", "127.0.0.1", silent.port())))) {
            assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), Deadline.in(Duration.ofMillis(300))));
            UpstreamCalls.awaitTrue("connection closed", () -> silent.open() == 0);
        }
    }

    @Test
    void certificatesThatCanNotBeReadAreRefusedWhenTheBindingIsMade() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        for (Path file : List.of(empty, folder.resolve("missing.pem"))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new PooledUpstream(config("shop.example").withTrustedCertificates(file)));
        }
    }
}

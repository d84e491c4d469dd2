package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.MayflyClientException;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Identity;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ports over TLS, with certificates that openssl makes. */
@Timeout(120)
final class TlsTest {
    @TempDir
    private Path folder;

    @Test
    void bothPortsSpeakHttp1AndHttp2OverTls() throws Exception {
        identity("first", "RSA");
        try (Host host = start()) {
            assertEquals("https", host.uri().getScheme());
            for (HttpClient.Version version : HttpClient.Version.values()) {
                AtomicReference<String> shown = new AtomicReference<>("");
                try (HttpClient client = client(version, shown)) {
                    HttpResponse<String> answer = get(client, host.uri() + "/f/echo");
                    assertEquals(200, answer.statusCode(), answer.body());
                    assertEquals(version, answer.version());
                    assertEquals(
                            401, get(client, host.adminUri() + "/v1/functions").statusCode());
                    assertTrue(String.valueOf(shown.get()).contains("CN=first"), String.valueOf(shown.get()));
                }
            }
        }
    }

    @Test
    void aNewCertificateIsShownWithoutARestartAndNoRequestFails() throws Exception {
        identity("first", "RSA");
        try (Host host = start()) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger answered = new AtomicInteger();
            AtomicReference<Exception> failed = new AtomicReference<>();
            Thread calling = Thread.ofVirtual().start(() -> {
                while (!over.get()) {
                    // A handshake each.
                    try (HttpClient client = client(HttpClient.Version.HTTP_1_1, new AtomicReference<>(""))) {
                        assertEquals(200, get(client, host.uri() + "/f/echo").statusCode());
                        answered.incrementAndGet();
                    } catch (Exception e) {
                        failed.set(e);
                    }
                }
            });
            // Another kind of key, too.
            identity("second", "EC");
            Waiting.until("the new certificate is shown", () -> shown(host).contains("CN=second"));
            // One that can't be used changes nothing.
            Files.writeString(folder.resolve("tls.pem"), "nothing");
            int before = answered.get();
            Waiting.until("more calls are answered", () -> answered.get() > before + 10);
            assertTrue(shown(host).contains("CN=second"));
            identity("third", "RSA");
            Waiting.until("the third certificate is shown", () -> shown(host).contains("CN=third"));
            over.set(true);
            calling.join();
            assertEquals(null, failed.get());
            assertFalse(answered.get() == 0);
        }
    }

    @Test
    void aCertificateThatIsNotThereOrNotTheKeysIsSaidAtTheStart() throws Exception {
        assertThrows(MayflyException.Invalid.class, this::start);
        identity("first", "RSA");
        Path key = folder.resolve("tls.key");
        Path other = Files.copy(key, folder.resolve("other"));
        identity("second", "RSA");
        Files.move(other, key, StandardCopyOption.REPLACE_EXISTING);
        MayflyException.Invalid refused = assertThrows(MayflyException.Invalid.class, this::start);
        assertTrue(
                String.valueOf(refused.getMessage()).contains("the key is not the certificate's"), refused.toString());
    }

    @Test
    void aClientTrustsWhoIsInItsFileOfAuthoritiesAndNobodyElse() throws Exception {
        identity("first", "RSA");
        Path authorities = Files.copy(folder.resolve("tls.pem"), folder.resolve("authorities.pem"));
        try (Host host = start()) {
            MayflyClient.Builder builder =
                    MayflyClient.builder(host.adminUri()).key(TestHost.key(folder.resolve("data")));
            try (MayflyClient stranger = builder.build();
                    MayflyClient client =
                            builder.certificateAuthorities(authorities).build()) {
                assertEquals(1, client.listFunctions().size());
                assertThrows(MayflyClientException.Unreachable.class, stranger::listFunctions);
            }
            assertThrows(
                    IllegalArgumentException.class, () -> builder.certificateAuthorities(folder.resolve("tls.key")));
        }
    }

    private Host start() {
        HostConfig config = TestHost.config(folder.resolve("data"));
        Host host = Host.start(config.withAccess(config.access()
                .withTls(new AccessConfig.TlsFiles(folder.resolve("tls.pem"), folder.resolve("tls.key")))));
        try (HttpClient client = client(HttpClient.Version.HTTP_1_1, new AtomicReference<>(""))) {
            HttpRequest deploy = HttpRequest.newBuilder(URI.create(host.adminUri() + "/v1/functions/echo"))
                    .header("Authorization", "Bearer " + TestHost.key(folder.resolve("data")))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(Guests.bytes("echo")))
                    .build();
            assertEquals(201, client.send(deploy, BodyHandlers.discarding()).statusCode());
            return host;
        } catch (Exception e) {
            host.close();
            throw new AssertionError(e);
        }
    }

    private void identity(String name, String kind) throws Exception {
        Identity.make(folder, name, kind);
    }

    private static String shown(Host host) throws Exception {
        AtomicReference<String> shown = new AtomicReference<>("");
        try (HttpClient client = client(HttpClient.Version.HTTP_1_1, shown)) {
            assertEquals(200, get(client, host.uri() + "/f/echo").statusCode());
        }
        return String.valueOf(shown.get());
    }

    private static HttpResponse<String> get(HttpClient client, String uri) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString());
    }

    /** Trusts everything and remembers what it was shown. */
    private static HttpClient client(HttpClient.Version version, AtomicReference<String> shown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Curious(shown)}, new SecureRandom());
        return HttpClient.newBuilder().version(version).sslContext(context).build();
    }

    private static final class Curious extends X509ExtendedTrustManager {
        private final AtomicReference<String> shown;

        Curious(AtomicReference<String> shown) {
            this.shown = shown;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            shown.set(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            shown.set(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            shown.set(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

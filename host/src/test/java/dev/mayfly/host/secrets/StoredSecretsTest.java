package dev.mayfly.host.secrets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that the host keeps: from the administrator to the function, and to nobody else. */
@Timeout(120)
final class StoredSecretsTest {
    private static final String VALUE = "sk-live-4711-not-to-be-seen";

    @TempDir
    private Path folder;

    @Test
    void aFunctionGetsTheSecretsThatItsDeploymentNames() throws Exception {
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            deploy(host, "{\"secrets\":{\"stripe\":\"stripe-key\"}}").problem(422, "unknown-binding");
            set(host, "stripe-key", VALUE).expect(204);
            set(host, "other", "not granted").expect(204);
            deploy(host, "{\"secrets\":{\"stripe\":\"stripe-key\"}}").expect(201);
            assertEquals(VALUE, secret(host, "stripe").text());
            assertFalse(secret(host, "other").text().contains("not granted"));
            set(host, "stripe-key", "new").expect(204);
            assertEquals("new", secret(host, "stripe").text());
            host.delete("/v1/secrets/stripe-key").expect(204);
            assertEquals("not-found", secret(host, "stripe").header("refused"));
            set(host, "stripe-key", VALUE).expect(204);
        }
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(VALUE, secret(host, "stripe").text());
            host.post("/v1/secrets-key", new byte[0]).expect(204);
            assertEquals(VALUE, secret(host, "stripe").text());
        }
        assertEquals(1, Files.readAllLines(folder.resolve("secrets.key")).size(), "the old key is forgotten");
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(VALUE, secret(host, "stripe").text());
        }
    }

    @Test
    void aValueOfTheConfigurationMayStandForASecret() throws Exception {
        String manifest =
                "{\"config\":{\"ACCESS_TOKEN\":\"secret:stripe\",\"ZONE\":\"eu\"},\"secrets\":{\"stripe\":\"stripe-key\"}}";
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            set(host, "stripe-key", VALUE).expect(204);
            JsonNode problem = deploy(host, "{\"config\":{\"ACCESS_TOKEN\":\"secret:stripe\"}}")
                    .problem(400, "invalid-config");
            assertTrue(problem.path("detail").asText().contains("no secret stripe"), problem::toString);
            deploy(host, "probe", manifest).expect(201);
            deploy(host, "wasi/ordinary", manifest).expect(201);
            assertEquals(
                    VALUE,
                    host.get("/f/probe/config?name=ACCESS_TOKEN").expect(200).text());
            assertEquals(
                    "ACCESS_TOKEN=" + VALUE + "\nZONE=eu\n[]\n",
                    host.get("/f/ordinary/environment").expect(200).text());
            for (String path : List.of("/v1/functions/probe", "/v1/functions/probe/versions")) {
                String told = host.get(path).expect(200).text();
                assertTrue(told.contains("secret:stripe"), told);
                expectNone(path, told);
            }
            expectNowhere();
            set(host, "stripe-key", "new").expect(204);
            assertEquals(
                    "new",
                    host.get("/f/probe/config?name=ACCESS_TOKEN").expect(200).text());
            host.delete("/v1/secrets/stripe-key").expect(204);
            assertEquals(500, host.get("/f/ordinary/environment").status());
            assertTrue(host.log("ordinary").toString().contains("the configuration can't be read"));
        }
    }

    @Test
    void aTenantsSecretsAreItsOwn() throws Exception {
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            set(host, "stripe-key", VALUE).expect(204);
            host.send(host.request("/v1/tenants/acme").PUT(BodyPublishers.noBody()))
                    .expect(201);
            host.send(host.request("/v1/functions/errand?tenant=acme&manifest="
                                    + encoded("{\"secrets\":{\"stripe\":\"stripe-key\"}}"))
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))))
                    .problem(422, "unknown-binding");
            assertFalse(host.get("/v1/secrets?tenant=acme").expect(200).text().contains("stripe-key"));
        }
    }

    @Test
    void aValueIsNowhereButSealed() throws Exception {
        List<String> told = new ArrayList<>();
        List<String> logged = new ArrayList<>();
        Handler listening = new Handler() {
            private final SimpleFormatter formatter = new SimpleFormatter();

            @Override
            public synchronized void publish(LogRecord line) {
                logged.add(formatter.format(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        listening.setLevel(Level.ALL);
        Logger log = Logger.getLogger("");
        log.addHandler(listening);
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            set(host, "stripe-key", VALUE).expect(204);
            deploy(host, "{\"secrets\":{\"stripe\":\"stripe-key\"}}").expect(201);
            assertEquals(VALUE, secret(host, "stripe").text());
            told.add(set(host, "no name", VALUE).text());
            told.add(host.send(host.request("/v1/secrets/" + VALUE.length()).POST(BodyPublishers.ofString(VALUE)))
                    .text());
            told.add(set(host, "large", VALUE.repeat(10_000)).text());
            for (String path : List.of(
                    "/v1/secrets",
                    "/v1/functions",
                    "/v1/functions/errand",
                    "/v1/functions/errand/versions",
                    "/v1/functions/errand/logs",
                    "/v1/bindings",
                    "/v1/audit",
                    "/observe/metrics",
                    "/observe/health")) {
                told.add(host.get(path).text());
            }
            expectNowhere(); // While it runs: the write-ahead log too.
        } finally {
            log.removeHandler(listening);
        }
        expectNowhere();
        told.forEach(text -> expectNone("an answer", text));
        logged.forEach(line -> expectNone("the log", line));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("secrets.key"))));
    }

    @Test
    void aConfigurationIsInNoFile() throws Exception {
        String manifest = "{\"config\":{\"ACCESS_TOKEN\":\"" + VALUE + "\"}}";
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            deploy(host, "probe", manifest).expect(201);
            host.greet("hello", VALUE, "live");
            host.greet("hello", VALUE + "-2", "live");
            deploy(host, "wasi/ordinary", manifest.replace("{\"config", "{\"colour\":1,\"config"))
                    .problem(400, "invalid-config");
            host.post("/v1/functions/hello/rollback", new byte[0]).expect(200);
            expectConfig(host);
            expectNowhere(); // While it runs: the write-ahead log and the audit log too.
            host.post("/v1/secrets-key", new byte[0]).expect(204);
            deploy(host, "echo", manifest).expect(201);
            expectNowhere();
        }
        assertEquals(1, Files.readAllLines(folder.resolve("secrets.key")).size(), "the old key is forgotten");
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            expectConfig(host);
        }
        expectNowhere();
    }

    private static void expectConfig(TestHost host) throws Exception {
        assertEquals(
                VALUE, host.get("/f/probe/config?name=ACCESS_TOKEN").expect(200).text());
        assertEquals(VALUE + ", you!\n", host.get("/f/hello/you").expect(200).text());
    }

    @Test
    void withoutItsKeyAConfigurationCannotBeOpenedAndTheHostSaysSo() throws Exception {
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            host.greet("hello", VALUE, "live");
        }
        Path key = folder.resolve("secrets.key");
        String kept = Files.readString(key);
        Files.delete(key);
        String message = assertThrows(MayflyException.Invalid.class, () -> TestHost.start(folder, Limits.defaults()))
                .safeMessage();
        for (String part :
                List.of("the configuration of hello:1", "MAYFLY_SECRETS_KEY", key.toString(), "put it back")) {
            assertTrue(message.contains(part), message);
        }
        // Killed between making a new key and sealing with it: the next host does so, and forgets the old one.
        byte[] next = new byte[32];
        Files.writeString(key, Base64.getEncoder().encodeToString(next) + "\n" + kept);
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(
                    VALUE + ", you!\n", host.get("/f/hello/you").expect(200).text());
        }
        assertEquals(List.of(Base64.getEncoder().encodeToString(next)), Files.readAllLines(key));
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(
                    VALUE + ", you!\n", host.get("/f/hello/you").expect(200).text());
        }
    }

    @Test
    void aCrashReportDoesNotShowIt(@TempDir Path temporary) throws Exception {
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            set(host, "stripe-key", VALUE).expect(204);
            deploy(host, "{\"secrets\":{\"stripe\":\"stripe-key\"}}").expect(201);
        }
        try (HostProcess child = new HostProcess(temporary, HostProcess.NEVER, List.of(folder));
                HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1)) {
            URI function = URI.create(child.hosts().getFirst() + "/f/errand/secret?name=stripe");
            for (int i = 0; i < 100; i++) {
                HttpRequest request = HttpRequest.newBuilder(function).build();
                assertEquals(
                        VALUE, client.send(request, BodyHandlers.ofString()).body());
            }
            // What a bug in native code would be.
            new ProcessBuilder("sh", "-c", "kill -SEGV " + child.process().pid())
                    .start()
                    .waitFor();
            child.process().onExit().join();
            String report = Files.readString(child.crashReport());
            assertTrue(report.contains("A fatal error has been detected"), report);
            expectNone("the crash report", report);
            expectNone("what the JVM said", child.said());
        }
        expectNowhere();
    }

    @Test
    void withoutItsKeyASecretCannotBeOpenedAndTheHostStarts() throws Exception {
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            set(host, "stripe-key", VALUE).expect(204);
            deploy(host, "{\"secrets\":{\"stripe\":\"stripe-key\"}}").expect(201);
        }
        Path key = folder.resolve("secrets.key");
        String kept = Files.readString(key);
        Files.delete(key);
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals("unavailable", secret(host, "stripe").header("refused"));
        }
        Files.writeString(key, kept);
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(VALUE, secret(host, "stripe").text());
        }
    }

    private void expectNowhere() throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                expectNone(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private static void expectNone(String where, String text) {
        String base64 = Base64.getEncoder().encodeToString(VALUE.getBytes(StandardCharsets.UTF_8));
        assertTrue(!text.contains(VALUE) && !text.contains(base64), () -> "the value is in " + where);
    }

    private static Answer secret(TestHost host, String name) throws Exception {
        return host.get("/f/errand/secret?name=" + name);
    }

    private static Answer set(TestHost host, String name, String value) throws Exception {
        return host.send(host.request("/v1/secrets/" + encoded(name)).PUT(BodyPublishers.ofString(value)));
    }

    private static Answer deploy(TestHost host, String manifest) throws Exception {
        return deploy(host, "errand", manifest);
    }

    private static Answer deploy(TestHost host, String guest, String manifest) throws Exception {
        String name = guest.substring(guest.indexOf('/') + 1);
        return host.send(host.request("/v1/functions/" + name + "?manifest=" + encoded(manifest))
                .PUT(BodyPublishers.ofByteArray(Guests.bytes(guest))));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

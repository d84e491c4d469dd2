package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What other languages' own toolchains build runs here as it is. {@code tools/compat.sh} builds it from {@code compat/}. */
// An interpreter takes long to compile.
@Timeout(300)
final class CompatibilityTest {
    private static final int LARGE_BYTES = 300_000;

    @ParameterizedTest
    @CsvSource({
        "javascript-spidermonkey, JavaScript",
        "javascript-quickjs, JavaScript",
        "python, Python",
        "c, C",
        "go-command, Go",
        "go-reactor, Go"
    })
    void aFunctionOfAnotherLanguagesToolchainAnswers(String name, String language) throws Exception {
        byte[] upload = upload(name);
        try (TestHost host = TestHost.start()) {
            host.upload(name, upload).expect(201);

            Answer greeting = host.get("/f/" + name + "/").expect(200);
            assertEquals("Grüße aus " + language + "\n", greeting.text());
            assertEquals("text/plain; charset=utf-8", greeting.header("content-type"));
            assertEquals("nobody", greeting.header("x-name"));
            assertEquals(
                    "Ada", host.get("/f/" + name + "/?name=Ada").expect(200).header("x-name"));

            for (byte[] body : new byte[][] {{}, "zażółć, 日本語".getBytes(StandardCharsets.UTF_8), large()}) {
                Answer echoed = host.send(host.request("/f/" + name + "/echo")
                        .header("content-type", "text/x-echo")
                        .POST(BodyPublishers.ofByteArray(body)));
                assertArrayEquals(body, echoed.expect(200).bytes());
                assertEquals("text/x-echo", echoed.header("content-type"));
            }

            assertEquals(404, host.get("/f/" + name + "/nowhere").status());
        }
    }

    private static byte[] upload(String name) throws Exception {
        Path file = Guests.home().resolve("target/guests/compat").resolve(name + ".wasm");
        String missing = name + " is missing: run tools/compat.sh";
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(Files.isRegularFile(file), missing);
        }
        assertTrue(Files.isRegularFile(file), missing);
        return Files.readAllBytes(file);
    }

    private static byte[] large() {
        byte[] body = new byte[LARGE_BYTES];
        new Random(6).nextBytes(body);
        return body;
    }
}

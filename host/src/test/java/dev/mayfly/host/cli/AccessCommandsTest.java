package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Keys, tenants, secrets and the audit log on the command line, with the key that the commands find by themselves. */
@Timeout(120)
final class AccessCommandsTest {
    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() {
        host = TestHost.startPrivate(folder);
        run("deploy", Guests.file("hello").toString()).exits(ExitCode.OK);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void aKeyIsMadeUsedRotatedAndRevoked() throws Exception {
        CapturedRun made = run("key", "create", "--label", "ci", "--allow", "invoke:hel*", "--ttl", "1h")
                .exits(ExitCode.OK)
                .says("invoke:hel*", "shown this once");
        String key = made.out().strip();
        assertTrue(key.matches("mf_[A-Za-z0-9_-]{43}"), "only the key is on standard output");
        with(key, "invoke", "hello").exits(ExitCode.OK);
        with(key, "list").exits(ExitCode.FAILED).says("read");
        with("", "invoke", "hello").exits(ExitCode.FAILED).says("--key @FILE", "MAYFLY_KEY");
        String id = id("ci");
        run("key", "list").exits(ExitCode.OK).prints(id, "ci", "invoke:hel*", "live");
        String next = run("key", "rotate", id, "--overlap", "0s")
                .exits(ExitCode.OK)
                .out()
                .strip();
        with(key, "invoke", "hello").exits(ExitCode.FAILED).says("not valid");
        with(next, "invoke", "hello").exits(ExitCode.OK);
        Path file = Files.writeString(folder.resolve("ci.key"), next + "\n");
        with("@" + file, "invoke", "hello").exits(ExitCode.OK);
        run("key", "revoke", id("ci")).exits(ExitCode.OK).says("is revoked");
        with(next, "invoke", "hello").exits(ExitCode.FAILED);
        run("key", "create", "--label", "x", "--allow", "everything")
                .exits(ExitCode.FAILED)
                .says("admin, deploy");
        run("key").exits(ExitCode.USAGE).says("create", "rotate");
    }

    @Test
    void aTokenIsForOneFunction() {
        String token =
                run("token", "hello", "--ttl", "1m").exits(ExitCode.OK).out().strip();
        with(token, "invoke", "hello").exits(ExitCode.OK);
        with(token, "show", "hello").exits(ExitCode.FAILED);
        run("token", "hello", "--ttl", "25h").exits(ExitCode.FAILED).says("at most");
    }

    @Test
    void aTenantHasItsOwnFunctions() {
        run("tenant", "add", "acme").exits(ExitCode.OK);
        run("tenant", "list").exits(ExitCode.OK).prints("acme", "default");
        run("deploy", Guests.file("hello").toString(), "--tenant", "acme", "--config", "greeting=Acme")
                .exits(ExitCode.OK)
                .prints("/t/acme/f/hello");
        assertEquals(
                "Acme, world!\n", run("invoke", "hello", "--tenant", "acme").out());
        String key = run("key", "create", "--label", "a", "--allow", "admin", "--tenant", "acme")
                .exits(ExitCode.OK)
                .out()
                .strip();
        assertFalse(with(key, "key", "list").exits(ExitCode.OK).out().contains("admin.key"));
        run("tenant", "remove", "acme").exits(ExitCode.FAILED).says("remove them first");
        with(key, "remove", "hello").exits(ExitCode.OK);
        run("tenant", "remove", "acme").exits(ExitCode.OK);
        run("list", "--tenant", "acme").exits(ExitCode.FAILED).says("no tenant is called acme");
        run("show", "hello").exits(ExitCode.OK);
    }

    @Test
    void aSecretComesFromStandardInputOrAFileAndIsNeverShown() throws Exception {
        CapturedRun.withInput("4711\n".getBytes(StandardCharsets.UTF_8))
                .run(onHost("secret", "set", "pin"))
                .exits(ExitCode.OK);
        Path file = Files.writeString(folder.resolve("value"), "0815");
        run("secret", "set", "pin-2", "--file", file.toString()).exits(ExitCode.OK);
        run("deploy", Guests.file("errand").toString(), "--secret", "pin=pin", "--secret", "other=pin-2")
                .exits(ExitCode.OK);
        assertEquals("4711", run("invoke", "errand", "/secret?name=pin").out());
        assertEquals("0815", run("invoke", "errand", "/secret?name=other").out());
        String list =
                run("secret", "list").exits(ExitCode.OK).prints("pin", "pin-2").out();
        assertFalse(list.contains("4711"));
        run("secret", "rotate-key").exits(ExitCode.OK);
        assertEquals("4711", run("invoke", "errand", "/secret?name=pin").out());
        run("secret", "remove", "pin").exits(ExitCode.OK);
        run("secret", "remove", "pin").exits(ExitCode.FAILED);
        run("secret", "set", "pin", "4711").exits(ExitCode.USAGE);
    }

    @Test
    void theAuditLogIsFollowed() throws Exception {
        run("audit").exits(ExitCode.OK).prints("ok function.deploy hello by admin.key");
        CapturedRun following = CapturedRun.plain();
        Thread thread = Thread.startVirtualThread(() -> following.run(onHost("audit", "--follow")));
        Waiting.until("it shows what was", () -> following.out().contains("function.deploy"));
        run("remove", "hello").exits(ExitCode.OK);
        Waiting.until("it shows what is new", () -> following.out().contains("function.remove hello"));
        following.stop();
        thread.join();
    }

    @Test
    void thisMachinesKeyIsNotSentToAnotherOne() {
        assertFalse(isKeySentTo("http://host.example:7374"));
        assertFalse(isKeySentTo("http://127.example.com:7374"));
        assertTrue(isKeySentTo("http://127.0.0.1:7374"));
        assertTrue(isKeySentTo("http://localhost:7374"));
        assertTrue(isKeySentTo("http://[::1]:7374"));
    }

    private boolean isKeySentTo(String address) {
        HostOption option = new HostOption();
        new CommandLine(option).parseArgs("--host", address, "--data-folder", folder.toString());
        return option.key(Map.of()) != null;
    }

    private String id(String label) throws IOException {
        JsonNode keys =
                Json.parse(run("key", "list", "--output", "json").outBytes()).path("keys");
        String id = "";
        for (JsonNode key : keys) {
            if (key.path("label").asText().equals(label)
                    && key.path("state").asText().equals("live")) {
                id = key.path("id").asText();
            }
        }
        return id;
    }

    private CapturedRun run(String... arguments) {
        return CapturedRun.of(onHost(arguments));
    }

    private String[] onHost(String... arguments) {
        return and(arguments, "--data-folder", folder.toString());
    }

    private CapturedRun with(String key, String... arguments) {
        return CapturedRun.of(and(arguments, "--key", key));
    }

    private String[] and(String[] arguments, String... more) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!List.of(arguments).equals(List.of("key"))) {
            all.addAll(List.of("--host", host.host().adminUri().toString()));
            all.addAll(List.of(more));
        }
        return all.toArray(String[]::new);
    }
}

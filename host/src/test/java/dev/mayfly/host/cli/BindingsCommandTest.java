package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bindings on the command line, against a real host. */
final class BindingsCommandTest {
    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  sessions: {kind: kv, provider: memory}
                  orders-db: {kind: sql, provider: sqlite, file: orders.sqlite}
                """);
        host = TestHost.start(folder, Limits.defaults());
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private CapturedRun run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 4);
        all[arguments.length] = "--host";
        all[arguments.length + 1] = host.host().adminUri().toString();
        all[arguments.length + 2] = "--data-folder";
        all[arguments.length + 3] = host.folder().toString();
        return CapturedRun.of(all);
    }

    @Test
    void aFunctionIsDeployedWithBindingsAndShowsThem() {
        String errand = Guests.file("errand").toString();
        run("deploy", errand, "--binding", "links=sessions", "--binding", "db=orders-db")
                .exits(ExitCode.OK)
                .says("errand is deployed: ", ", with db = orders-db, links = sessions");
        run("show", "errand").exits(ExitCode.OK).prints("bindings\n  db = orders-db\n  links = sessions\n");
        assertEquals(
                "",
                run("invoke", "errand", "/kv/get?store=links&key=k")
                        .exits(ExitCode.OK)
                        .out());
    }

    @Test
    void theHostsBindingsAreListed() throws IOException {
        run("deploy", Guests.file("errand").toString(), "--binding", "links=sessions")
                .exits(ExitCode.OK);
        run("bindings").exits(ExitCode.OK).prints("NAME", "PROVIDER", "sessions", "memory", "orders-db", "sqlite");
        JsonNode bindings = Json.parse(run("bindings", "--output", "json")
                        .exits(ExitCode.OK)
                        .out()
                        .getBytes(StandardCharsets.UTF_8))
                .path("bindings");
        assertEquals("[\"errand\"]", bindings.get(0).path("functions").toString());
        assertEquals("[]", bindings.get(1).path("functions").toString());
    }

    @Test
    void aBindingThatTheHostDoesNotHaveIsRefusedWithWhatToDo() {
        run("deploy", Guests.file("errand").toString(), "--binding", "links=redis")
                .exits(ExitCode.FAILED)
                .says("errand was not deployed", "no binding redis", "sessions, orders-db", "mayfly bindings");
    }

    @Test
    void aConfigurationFileElsewhereIsNamedWhenTheHostStarts() throws IOException {
        Path wrong = Files.writeString(folder.resolve("other.yaml"), "bindings:\n  a: {kind: kv}\n");
        CapturedRun.of(
                        "serve",
                        "--port",
                        "0",
                        "--data",
                        folder.resolve("other").toString(),
                        "--config",
                        wrong.toString())
                .exits(ExitCode.FAILED)
                .says("other.yaml:2:6: binding a: provider is missing; there are memory, sqlite, redis");
    }
}

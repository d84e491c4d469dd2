package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The commands about versions and aliases, against a real host. */
final class VersionCommandsTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static CapturedRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(
                1,
                List.of(
                        "--host",
                        host.host().adminUri().toString(),
                        "--data-folder",
                        host.folder().toString()));
        return CapturedRun.of(all.toArray(new String[0]));
    }

    private static CapturedRun deploy(String name, String greeting, String... more) {
        List<String> all = new ArrayList<>(
                List.of("deploy", Guests.file("hello").toString(), "--name", name, "--config", "greeting=" + greeting));
        all.addAll(List.of(more));
        return run(all.toArray(new String[0])).exits(ExitCode.OK);
    }

    @Test
    void aDeploymentSaysWhatItChanged() {
        CapturedRun first = deploy("changed", "One");
        first.says("(version 1)");
        assertFalse(first.err().contains("since version"), first::err);
        deploy("changed", "secret-value", "--config", "more=1", "--topic", "orders")
                .says("(version 2)", "since version 1:", "~ config greeting", "+ config more", "+ topics orders");
        assertFalse(deploy("changed", "another-secret").err().contains("secret"), "values of the configuration");
        run("deploy", Guests.file("echo").toString(), "--name", "changed")
                .exits(ExitCode.OK)
                .says("since version 3:", "~ component: ", "- import mayfly:config/config", "- config greeting");
        run("deploy", Guests.file("echo").toString(), "--name", "changed")
                .exits(ExitCode.OK)
                .says("(version 4, as before)");
    }

    @Test
    void versionsAreListedWithTheirAliases() throws Exception {
        deploy("listed", "One");
        deploy("listed", "Two", "--alias", "next").prints("/f/listed@next\n");
        deploy("listed", "Three", "--alias", "").prints("/f/listed:3\n");
        run("versions", "listed").exits(ExitCode.OK).prints("VERSION", "live", "next", "KiB");
        JsonNode json =
                Json.parse(run("versions", "listed", "--output", "json").out().getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("3", "2", "1"), json.path("versions").findValuesAsText("version"));
        assertEquals("Two, you!\n", run("invoke", "listed@next", "/you").out());
        assertEquals("Three, you!\n", run("invoke", "listed:3", "/you").out());
        run("list").prints("listed");
        run("show", "listed").prints("version    1", "@live", "@next");
        run("versions", "nothing").exits(ExitCode.FAILED).says("no function is called nothing");
    }

    @Test
    void anAliasIsShownMovedAndRemoved() {
        deploy("moved", "One");
        deploy("moved", "Two");
        run("alias", "moved").exits(ExitCode.OK).prints("ALIAS", "live", "2");
        run("alias", "moved", "staging", "1").exits(ExitCode.OK).says("staging of moved is version 1");
        assertEquals("One, you!\n", run("invoke", "moved@staging", "/you").out());
        run("alias", "moved", "live", "1=75", "2=25", "--sticky", "cookie:session")
                .exits(ExitCode.OK)
                .says("live of moved is version 1 75%, 2 25%, sticky by cookie:session")
                .prints("deployed version 2", "moved to 1=75 2=25");
        run("alias", "moved", "staging", "--remove").exits(ExitCode.OK).says("is removed");
        run("alias", "moved", "staging").exits(ExitCode.FAILED).says("has no alias staging");
        run("alias", "moved", "live", "1=x").exits(ExitCode.USAGE).says("'1=x' is no target");
        run("alias", "moved", "live", "9").exits(ExitCode.FAILED).says("has no version 9");
    }

    @Test
    void rollingBackSaysWhereItWent() {
        deploy("back", "One");
        run("rollback", "back").exits(ExitCode.FAILED).says("back was not rolled back");
        deploy("back", "Two");
        run("rollback", "back").exits(ExitCode.OK).says("live of back is version 1");
        assertEquals("One, you!\n", run("invoke", "back", "/you").out());
    }

    @Test
    void aCanaryIsSetUpWithItsRule() throws Exception {
        deploy("tried", "One");
        deploy("tried", "Two", "--alias", "next");
        run(
                        "canary",
                        "tried",
                        "2",
                        "--weight",
                        "5",
                        "--sticky",
                        "header:X-User",
                        "--promote-after",
                        "10min",
                        "--error-rate-max",
                        "0.5%",
                        "--p99-max",
                        "50ms",
                        "--calls-min",
                        "200")
                .exits(ExitCode.OK)
                .says("live of tried is version 1 95%, 2 5%, sticky by header:x-user", "promoted after 10 min");
        JsonNode rollout = Json.parse(
                        run("alias", "tried", "live", "--output", "json").out().getBytes(StandardCharsets.UTF_8))
                .path("rollout");
        assertEquals(2, rollout.path("version").asInt());
        assertEquals(600_000, rollout.path("promoteAfterMs").asInt());
        assertEquals(0.005, rollout.path("errorRateMax").asDouble());
        assertEquals(50, rollout.path("p99MaxMs").asDouble());
        assertEquals(200, rollout.path("callsMin").asInt());
        run("canary", "tried", "1", "--weight", "5").exits(ExitCode.FAILED).says("points to version 1 already");
        run("canary", "tried", "2", "--weight", "100").exits(ExitCode.USAGE).says("1 to 99");
        run("canary", "tried", "2", "--weight", "5", "--error-rate-max", "200%", "--promote-after", "1s")
                .exits(ExitCode.USAGE)
                .says("'200%' is not a share");
    }
}

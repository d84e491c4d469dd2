package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands that talk to a host do, against a real one. */
final class HostCommandsTest {
    /** Less than the markdown example has and more than the others. */
    private static final long COMPONENT_BYTES_MAX = 200_000;

    @SuppressWarnings("NullAway.Init")
    private static TestHost host;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        host = TestHost.start(Limits.defaults().withComponentBytesMax(COMPONENT_BYTES_MAX));
        run("deploy", guest("probe")).exits(ExitCode.OK);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void aDeployedFunctionIsListedShownAndInvokedUntilItIsRemoved() {
        run("deploy", guest("hello"), "--name", "greeter", "--config", "greeting=Salut")
                .exits(ExitCode.OK)
                .prints(host.host().uri() + "/f/greeter\n")
                .says("greeter is deployed: ", " KiB, compiled in ");
        run("list").exits(ExitCode.OK).prints("NAME", "greeter", "KiB");
        run("show", "greeter")
                .exits(ExitCode.OK)
                .prints("greeter", "/f/greeter", "greeting = Salut", "mayfly:function/web-types");
        assertEquals(
                "Salut, Ada!\n",
                run("invoke", "greeter", "/Ada").exits(ExitCode.OK).out());
        run("remove", "greeter").exits(ExitCode.OK).prints("greeter is removed");
        run("invoke", "greeter").exits(ExitCode.FAILED).says("mayfly list");
        run("show", "greeter").exits(ExitCode.FAILED).says("greeter was not shown");
        run("remove", "greeter").exits(ExitCode.FAILED).says("greeter was not removed");
        assertFalse(run("list").out().contains("greeter"));
    }

    @Test
    void anEntryOfTheConfigurationThatLooksLikeASecretIsPointedOut() {
        run("deploy", guest("probe"), "--name", "careless", "--config", "API_KEY=t0psecret")
                .exits(ExitCode.OK)
                .says("config.API_KEY looks like a secret", "mayfly secret set");
        assertFalse(run("deploy", guest("probe"), "--name", "careless", "--config", "greeting=Hello")
                .err()
                .contains("looks like a secret"));
        assertFalse(run("deploy", guest("probe"), "--name", "careful", "--config", "API_KEY=secret:key")
                .err()
                .contains("looks like a secret"));
    }

    @Test
    void aManifestSaysWhatAliasMoves() throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), """
                name = "staged"
                component = "%s"
                alias = "next"
                """.formatted(guest("probe")));
        run("deploy", folder.toString()).exits(ExitCode.OK).prints("/f/staged@next");
        run("deploy", folder.toString(), "--alias", "live").exits(ExitCode.OK).prints("/f/staged\n");
    }

    @Test
    void anAppOfWasmersIsDeployed() throws IOException {
        Files.copy(Path.of(guest("hello")), folder.resolve("app.wasm"));
        Files.writeString(folder.resolve("app.yaml"), """
                kind: wasmer.io/App.v0
                name: from-wasmer
                owner: me
                package: ./app.wasm
                env: {greeting: Ciao}
                capabilities: {memory: {limit: 16MiB}}
                """);
        run("deploy", folder.toString())
                .exits(ExitCode.OK)
                .prints("/f/from-wasmer")
                .says("app.yaml:3:1: owner has no effect", "--public");
        assertEquals(
                "Ciao, Ada!\n",
                run("invoke", "from-wasmer", "/Ada").exits(ExitCode.OK).out());
    }

    @Test
    void callsLogsAndTopTellWhatAFunctionDid() throws Exception {
        run("deploy", guest("probe"), "--name", "watched", "--limit", "cpu-time=5s")
                .exits(ExitCode.OK);
        run("calls", "watched").exits(ExitCode.OK).says("watched was not called");
        run("logs", "watched").exits(ExitCode.OK).says("watched has logged nothing");
        run("invoke", "watched", "/log?lines=1&bytes=16").exits(ExitCode.OK);
        run("invoke", "watched", "/sleep-busy?ms=20").exits(ExitCode.OK);
        Waiting.until(
                "two receipts", () -> json("calls", "watched").path("calls").size() == 2);
        run("calls", "watched").exits(ExitCode.OK).prints("OUTCOME", "response", "200", " ms");
        // Which of them is the slower is up to the machine, whose time to spin is not.
        JsonNode calls = json("calls", "watched").path("calls");
        assertTrue(
                calls.path(0).path("wallNs").asLong()
                        >= calls.path(1).path("wallNs").asLong(),
                calls::toString);
        assertTrue(
                Math.max(
                                calls.path(0).path("cpuNs").asLong(),
                                calls.path(1).path("cpuNs").asLong())
                        > 15_000_000,
                calls::toString);
        JsonNode newest = json("calls", "watched", "--newest").path("calls");
        assertTrue(newest.path(0).path("cpuNs").asLong() > 15_000_000, newest::toString);
        run("logs", "watched").exits(ExitCode.OK).prints("INFO");
        run("top", "--once", "--interval", "100ms").exits(ExitCode.OK).prints("CALLS/S", "watched");
        assertTrue(json("top", "--once", "--interval", "100ms").toString().contains("\"function\":\"watched\""));
        run("calls", "nobody").exits(ExitCode.FAILED).says("the calls of nobody were not shown");
        run("deploy", guest("probe"), "--name", "watched", "--limit", "cpu-time=5h")
                .exits(ExitCode.FAILED)
                .says("cpu-time-max");
        run("deploy", guest("probe"), "--name", "watched", "--limit", "speed=1")
                .exits(ExitCode.USAGE)
                .says("speed");
    }

    @Test
    void everyResultIsToBeHadAsJson() throws IOException {
        JsonNode deployed = json("deploy", guest("hello"), "--name", "json-greeter", "--config", "greeting=Hej=hej");
        assertEquals("json-greeter", deployed.path("name").asText());
        assertEquals("Hej=hej", deployed.path("config").path("greeting").asText());
        assertTrue(deployed.path("artifactBytes").asLong() > 0);
        assertEquals(deployed.path("digest"), json("show", "json-greeter").path("digest"));
        assertTrue(json("list").path("functions").findValuesAsText("name").contains("json-greeter"));
        assertEquals(
                "json-greeter", json("remove", "json-greeter").path("removed").asText());
    }

    @Test
    void aDeployReplacesFunctionAndConfiguration() {
        run("deploy", guest("hello"), "--name", "replaced", "--config", "greeting=Salut")
                .exits(ExitCode.OK);
        run("deploy", guest("hello"), "--name", "replaced").exits(ExitCode.OK);
        assertEquals("Hello, world!\n", run("invoke", "replaced").out());
    }

    @Test
    void aFolderIsBuiltAndDeployedAsItsManifestSays() throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), """
                name = "from-folder"
                build = "cp %s out.wasm"
                component = "out.wasm"
                [config]
                greeting = "Moin"
                unused = "kept"
                """.formatted(guest("hello")));
        run("deploy", folder.toString())
                .exits(ExitCode.OK)
                .says("building: cp ", "built in ", "from-folder is deployed");
        assertEquals("Moin, world!\n", run("invoke", "from-folder").out());
        run("deploy", folder.toString(), "--name", "other-name", "--config", "greeting=Ahoi")
                .exits(ExitCode.OK);
        assertEquals("Ahoi, world!\n", run("invoke", "other-name").out());
        run("show", "other-name").prints("unused = kept");
    }

    @Test
    void aComponentWithUnknownImportsIsRefusedWithAllOfThem() throws IOException {
        CapturedRun refused = run("deploy", guest("bad/unknown-imports"))
                .exits(ExitCode.FAILED)
                .says("unknown-imports was not deployed: ");
        long lines =
                refused.err().lines().filter(line -> line.contains("acme:")).count();
        assertTrue(lines >= 3, refused.err());
    }

    @Test
    void whatIsNoComponentIsRefused() {
        for (String bad : new String[] {"truncated", "no-abi", "header-only", "empty", "text"}) {
            run("deploy", guest("bad/" + bad), "--name", "bad")
                    .exits(ExitCode.FAILED)
                    .says("bad was not deployed: ");
        }
        run("show", "bad").exits(ExitCode.FAILED);
    }

    @Test
    void aComponentThatIsTooLargeIsRefusedWithTheLimitAndItsOption() {
        run("deploy", guest("markdown"))
                .exits(ExitCode.FAILED)
                .says("component-bytes-max", "mayfly serve --component-bytes-max");
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        for (String name : new String[] {"No_Name", "no name", "a/b", "ä"}) {
            run("deploy", guest("hello"), "--name", name).exits(ExitCode.FAILED).says(name + " was not deployed: ");
            run("show", name).exits(ExitCode.FAILED).says(name + " was not shown: ");
            run("invoke", name).exits(ExitCode.FAILED).says(name + ": ");
        }
    }

    @Test
    void methodPathQueryHeadersAndBodyReachTheFunction() throws IOException {
        assertEquals(
                "GET\n/request\n",
                run("invoke", "probe", "request").exits(ExitCode.OK).out().replaceFirst("\n[^\n]*\n?$", "\n"));
        run("invoke", "probe", "/request/für dich?q=a b&r=%2F")
                .exits(ExitCode.OK)
                .prints("/request/f%C3%BCr%20dich", "q=a%20b&r=%2F");
        run("invoke", "probe", "/request", "-X", "PATCH").exits(ExitCode.OK).prints("PATCH");
        run("invoke", "probe", "/request", "-d", "x").exits(ExitCode.OK).prints("POST");
        run("invoke", "probe", "/headers", "-H", "X-Colour: green", "-H", "x-size:7")
                .prints("x-colour: green", "x-size: 7");
        assertEquals(
                "text\n",
                run("invoke", "probe", "/echo", "-d", "text\n")
                        .exits(ExitCode.OK)
                        .out());
    }

    @Test
    void theBodyIsAFileOrStandardInputByteForByte() throws IOException {
        byte[] bytes = new byte[300_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Path file = Files.write(folder.resolve("body"), bytes);
        assertArrayEquals(
                bytes,
                run("invoke", "probe", "/echo", "-d", "@" + file)
                        .exits(ExitCode.OK)
                        .outBytes());
        CapturedRun piped = CapturedRun.withInput(bytes).run(onHost("invoke", "probe", "/echo", "-d", "-"));
        assertArrayEquals(bytes, piped.exits(ExitCode.OK).outBytes());
    }

    @Test
    void theHeadOfTheAnswerIsPrintedWhenAskedFor() {
        CapturedRun run = run("invoke", "probe", "/set-header?name=x-answer&value=42", "-i")
                .exits(ExitCode.OK);
        run.prints("HTTP/1.1 200\n", "x-answer: 42\n", "mayfly-invocation-id: ");
        assertTrue(run.out().endsWith("\n\n"), run.out());
    }

    @Test
    void anAnswerOfFourHundredOrMoreIsAFailure() {
        run("invoke", "probe", "/status?code=404").exits(ExitCode.FAILED).says("probe answered with status 404");
        run("invoke", "probe", "/status?code=302").exits(ExitCode.OK);
        run("invoke", "probe", "/error?case=not-found&text=no+such+order")
                .exits(ExitCode.FAILED)
                .says("probe: ", "no such order");
    }

    @Test
    void aTrapIsShownWithItsKind() {
        run("invoke", "probe", "/unreachable").exits(ExitCode.FAILED).says("unreachable", "invocation: ");
    }

    @Test
    void aFunctionThatIsTooSlowIsOutOfTime() {
        run("invoke", "probe", "/spin", "--deadline", "50ms")
                .exits(ExitCode.TIMED_OUT)
                .says("deadline");
    }

    @Test
    void binaryAnswersAreKeptFromTerminals() {
        CapturedRun terminal = CapturedRun.onTerminal(false);
        terminal.run(onHost("invoke", "probe", "/big-response?mib=1"))
                .exits(ExitCode.FAILED)
                .says("binary", "> FILE");
        assertEquals("", terminal.out());
        assertEquals(
                "text",
                CapturedRun.onTerminal(false)
                        .run(onHost("invoke", "probe", "/echo", "-d", "text"))
                        .exits(ExitCode.OK)
                        .out());
    }

    @Test
    void progressIsDrawnOnTerminalsAndTakenAwayAgain() {
        CapturedRun terminal = CapturedRun.onTerminal(false);
        terminal.run(onHost("deploy", guest("probe"), "--name", "drawn")).exits(ExitCode.OK);
        terminal.says("\r\u001b[Kuploading drawn: 0 B of ", "\r\u001b[Kdrawn is deployed: ");
        String plain = run("deploy", guest("probe")).exits(ExitCode.OK).err();
        assertTrue(plain.matches("uploading probe: .* KiB\nprobe is deployed: .*\n"), plain);
    }

    @Test
    void theTrainingForTheAotCacheIsSilentAndHidden() {
        CapturedRun training = CapturedRun.of("training-run").exits(ExitCode.OK);
        assertEquals("", training.out());
        assertFalse(CapturedRun.of("--help").out().contains("training-run"));
    }

    private static JsonNode json(String... arguments) throws IOException {
        String[] asJson = Arrays.copyOf(arguments, arguments.length + 2);
        asJson[arguments.length] = "--output";
        asJson[arguments.length + 1] = "json";
        return Json.parse(run(asJson).exits(ExitCode.OK).outBytes());
    }

    private static CapturedRun run(String... arguments) {
        return CapturedRun.of(onHost(arguments));
    }

    private static String[] onHost(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 4);
        all[arguments.length] = "--host";
        all[arguments.length + 1] = host.host().adminUri().toString();
        all[arguments.length + 2] = "--data-folder";
        all[arguments.length + 3] = host.folder().toString();
        return all;
    }

    private static String guest(String name) {
        return Guests.file(name).toString();
    }
}

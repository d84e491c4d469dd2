package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.catalog.Cors;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FunctionManifestTest {
    @TempDir
    private Path folder;

    @Test
    void everythingInTheFileIsRead() throws IOException {
        FunctionManifest manifest = read("""
                # A comment.
                name = "hello"
                world = "web"
                build = "cargo build --release"
                component = "target/hello.wasm"

                [config]
                greeting = "Hello"
                times = 3
                loud = true
                """);
        assertEquals("hello", manifest.name());
        assertEquals("cargo build --release", manifest.build());
        assertEquals(folder.resolve("target/hello.wasm"), manifest.component());
        assertEquals(
                Map.of("greeting", "Hello", "times", "3", "loud", "true"),
                manifest.settings().config());
    }

    @Test
    void nameAndComponentAreEnough() throws IOException {
        FunctionManifest manifest = read("name = 'hello'\ncomponent = '../hello.wasm'");
        assertNull(manifest.build());
        assertEquals(folder.resolveSibling("hello.wasm"), manifest.component());
        assertEquals(Map.of(), manifest.settings().config());
    }

    @Test
    void bindingsAndTopicsAreRead() throws IOException {
        FunctionManifest manifest = read("""
                name = "orders"
                world = "event"
                component = "a.wasm"
                topics = ["orders", "refunds"]

                [bindings]
                db = "orders-db"
                """);
        assertEquals(Map.of("db", "orders-db"), manifest.settings().bindings());
        assertEquals(Set.of("orders", "refunds"), manifest.settings().topics());
        refused("name = \"a\"\ncomponent = \"a.wasm\"\ntopics = \"orders\"", "topics must be a list");
    }

    @Test
    void whoMayCallItAndItsSecretsAreRead() throws IOException {
        FunctionManifest manifest = read("""
                name = "orders"
                component = "a.wasm"
                visibility = "public"

                [secrets]
                stripe = "stripe-key"

                [cors]
                origins = ["https://app.example.com"]
                methods = ["PUT"]
                headers = ["Content-Type"]
                max-age = "10m"
                """);
        assertEquals(Map.of("stripe", "stripe-key"), manifest.settings().secrets());
        assertEquals(true, manifest.settings().isPublic());
        assertEquals(
                new Cors(
                        new TreeSet<>(Set.of("https://app.example.com")),
                        new TreeSet<>(Set.of("PUT")),
                        new TreeSet<>(Set.of("content-type")),
                        Duration.ofMinutes(10)),
                manifest.settings().cors());
        String start = "name = \"a\"\ncomponent = \"a.wasm\"\n";
        assertEquals(false, read(start).settings().isPublic());
        refused(start + "visibility = \"open\"", "there are public, private");
        refused(start + "[cors]\nmethods = [\"PUT\"]", "no origins");
        refused(start + "[cors]\norigins = [\"app.example.com\"]", "https://app.example.com");
        refused(start + "[cors]\norigins = [\"*\"]\nmax-age = \"25h\"", "24h");
        refused(
                start + "[cors]\norigin = \"*\"",
                "mayfly.toml:4:1: the key cors.origin is unknown; did you mean origins?");
    }

    @Test
    void aSyntaxErrorIsShownWithItsLineAndColumn() {
        refused("name = \"hello\"\ncomponent = target/hello.wasm\n", "mayfly.toml:2:13");
    }

    @Test
    void aKeyGivenTwiceIsRefused() {
        refused("name = \"hello\"\nname = \"hallo\"\n", "mayfly.toml:2:1", "previously defined");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceEachWithItsPlace() {
        assertEquals(
                List.of(
                        "1:1: name = \"Hello\" is no function's name: 1 to 63 lower-case letters, digits and dashes, with"
                                + " no dash at either end",
                        "2:1: the key buid is unknown; did you mean build?",
                        "4:12: topics must be a list of texts in quotes",
                        "6:1: the key limits.memry-bytes is unknown; did you mean memory-bytes?",
                        "7:1: limit cpu-time: '5' is not a time: write a number with ms, s, m, h or d, such as 500ms",
                        "8:1: limit memory-bytes=1 must be at least 65536"),
                problems("""
                        name = "Hello"
                        buid = "make"
                        component = "a.wasm"
                        topics = [ 3 ]
                        [limits]
                        memry-bytes = 3
                        cpu-time = 5
                        memory-bytes = 1
                        """));
    }

    @Test
    void anUnknownKeyThatIsLikeNoneIsToldTheKnownOnes() {
        refused(
                "name = \"hello\"\ncomponent = \"a.wasm\"\nreplicas = 3\n",
                "mayfly.toml:3:1: the key replicas is unknown; there are name, world, build, component, alias");
    }

    @Test
    void theWarmUpIsRead() throws IOException {
        String start = "name = 'a'\ncomponent = 'a.wasm'\n";
        assertEquals(Warmup.DEFAULT, read(start + "[warmup]\n").settings().warmup());
        assertEquals(
                new Warmup(
                        List.of(new WarmupRequest(
                                "POST",
                                "/rules?all",
                                List.of(Map.entry("accept", "text/plain")),
                                "x",
                                new WarmupRequest.Expectation(new TreeSet<>(List.of(200)), "ok", "o+k"))),
                        Warmup.Trigger.IDLE,
                        Duration.ofHours(12)),
                read(start + "[warmup]\nwhen = 'idle'\nmax-age = '12h'\n[[warmup.requests]]\npath = '/rules?all'\n"
                                + "method = 'POST'\nheaders = {accept = 'text/plain'}\nbody = 'x'\n"
                                + "expect = {status-codes = [200], body-includes = 'ok', body-regex = 'o+k'}\n")
                        .settings()
                        .warmup());
    }

    @Test
    void aWarmUpThatMakesNoSenseIsRefusedWithItsPlace() {
        String start = "name = \"a\"\ncomponent = \"a.wasm\"\n";
        refused(start + "[warm-up]\n", "mayfly.toml:3:1: it is spelled [warmup]");
        refused(start + "[warmup]\nwhen = \"never\"\n", "mayfly.toml:4:1: warmup.when = \"never\" is unknown");
        refused(start + "[warmup]\nmax-age = \"3s\"\n", "max_age must be at least 60s");
        refused(start + "[warmup]\nrequests = 3\n", "mayfly.toml:4:1: warmup.requests must be tables");
        refused(start + "[[warmup.requests]]\npath = \"x\"\n", "must begin with a slash");
        refused(
                start + "[[warmup.requests]]\npaht = \"/\"\n",
                "warmup.requests.paht is unknown; there are path, method");
        refused(
                start + "[[warmup.requests]]\nexpect = {status-codes = [\"ok\"]}\n",
                "must be a list of numbers: status-codes = [200]");
    }

    @Test
    void theAliasToMoveIsRead() throws IOException {
        assertEquals(
                "next", read("name = 'a'\ncomponent = 'a.wasm'\nalias = 'next'").alias());
        assertNull(read("name = 'a'\ncomponent = 'a.wasm'").alias());
    }

    @Test
    void environmentAndConfigurationAreTheSame() throws IOException {
        String start = "name = 'a'\ncomponent = 'a.wasm'\n[config]\none = 1\n[env]\n";
        assertEquals(
                Map.of("one", "1", "two", "2"),
                read(start + "two = 2").settings().config());
        refused(start + "one = 2", "mayfly.toml:5:1", "env.one is in config as well");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lists", "tables", "keys", "headings"})
    void aManifestThatIsNestedTooDeepIsRefused(String how) {
        String bomb = switch (how) {
            case "lists" -> "a = " + "[".repeat(100_000);
            case "tables" -> "a = " + "{b=".repeat(100_000);
            case "keys" -> "a" + ".a".repeat(100_000) + " = 1";
            default -> "[a" + ".a".repeat(100_000) + "]";
        };
        refused(bomb, "mayfly.toml:1:", "manifest-depth-max=20");
    }

    @Test
    void whatStringsAndCommentsHaveIsNotNested() throws IOException {
        String brackets = "[".repeat(50);
        Map<String, String> config =
                read("""
                name = 'a'
                component = 'a.wasm' # BRACKETS
                [config]
                a = 'BRACKETS'
                b = "\\"BRACKETS"
                c = '''
                BRACKETS'''
                d = 1.5
                """.replace("BRACKETS", brackets)).settings().config();
        assertEquals(Map.of("a", brackets, "b", "\"" + brackets, "c", brackets, "d", "1.5"), config);
    }

    @Test
    void aManifestThatIsTooLargeIsRefused() throws IOException {
        String start = "name = 'a'\ncomponent = 'a.wasm'\n#";
        read(start + " ".repeat(TomlFile.BYTES_MAX - start.length()));
        refused(start + " ".repeat(TomlFile.BYTES_MAX - start.length() + 1), "manifest-bytes-max=1048576");
    }

    @Test
    void aMissingKeyIsNamed() {
        refused("component = \"a.wasm\"", "the key name is missing");
        refused("name = \"hello\"", "the key component is missing");
    }

    @Test
    void aKeyOfAnotherTypeIsRefused() {
        refused("name = 7\ncomponent = \"a.wasm\"", "name must be text");
        refused("name = \" \"\ncomponent = \"a.wasm\"", "name must be text");
        refused("name = \"hello\"\ncomponent = \"a.wasm\"\nconfig = \"x\"", "config must be a table");
        refused("name = \"hello\"\ncomponent = \"a.wasm\"\n[config]\nlist = [1, 2]", "config.list must be");
    }

    @Test
    void aNameThatNoFunctionCanHaveIsRefused() {
        refused(
                "name = \"Hello_World\"\ncomponent = \"a.wasm\"",
                "Hello_World",
                "lower-case letters, digits and dashes");
    }

    @Test
    void anUnknownWorldIsRefused() {
        refused("name = \"hello\"\nworld = \"batch\"\ncomponent = \"a.wasm\"", "\"batch\"", "there are web, event");
    }

    @Test
    void aFolderWithoutOneIsToldWhatItNeeds() {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> FunctionManifest.read(folder));
        assertTrue(failure.sentence().contains("there is no " + folder.resolve("mayfly.toml")), failure.sentence());
        assertEquals(ExitCode.FAILED, failure.exitCode());
    }

    private FunctionManifest read(String text) throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), text);
        return FunctionManifest.read(folder);
    }

    /** Without the file's name. */
    private List<String> problems(String text) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> read(text));
        return Stream.concat(Stream.of(failure.sentence()), failure.advice().stream())
                .map(problem -> problem.replace(folder.resolve("mayfly.toml") + ":", ""))
                .toList();
    }

    private void refused(String text, String... parts) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> read(text));
        assertEquals(ExitCode.FAILED, failure.exitCode());
        String said = failure.sentence() + "\n" + String.join("\n", failure.advice());
        for (String part : parts) {
            assertTrue(said.contains(part), () -> "'" + part + "' is not in: " + said);
        }
    }
}

package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.catalog.Cors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        refused(start + "visibility = \"open\"", "\"public\" and \"private\"");
        refused(start + "[cors]\nmethods = [\"PUT\"]", "no origins");
        refused(start + "[cors]\norigins = [\"app.example.com\"]", "https://app.example.com");
        refused(start + "[cors]\norigins = [\"*\"]\nmax-age = \"25h\"", "24h");
        refused(start + "[cors]\norigin = \"*\"", "unknown key origin");
    }

    @Test
    void aSyntaxErrorIsShownWithItsLineAndColumn() {
        refused("name = \"hello\"\ncomponent = target/hello.wasm\n", "mayfly.toml:2:1");
    }

    @Test
    void aKeyGivenTwiceIsRefused() {
        refused("name = \"hello\"\nname = \"hallo\"\n", "Duplicate key");
    }

    @Test
    void unknownKeysAreAllNamedAndSoAreTheKnownOnes() {
        refused(
                "name = \"hello\"\nbuid = \"make\"\ncomponent = \"a.wasm\"\nmemory = 3\n",
                "unknown keys buid, memory",
                "name, world, build, component, config, bindings, topics");
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
        refused("name = \"hello\"\nworld = \"batch\"\ncomponent = \"a.wasm\"", "\"batch\"", "\"web\" and \"event\"");
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

    private void refused(String text, String... parts) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> read(text));
        assertEquals(ExitCode.FAILED, failure.exitCode());
        for (String part : parts) {
            assertTrue(failure.sentence().contains(part), () -> "'" + part + "' is not in: " + failure.sentence());
        }
    }
}

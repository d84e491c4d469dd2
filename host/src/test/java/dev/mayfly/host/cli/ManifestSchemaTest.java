package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.mayfly.host.FunctionLimit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tomlj.Toml;

/** The published schema says what the parser takes. */
final class ManifestSchemaTest {
    private static final String START = "name = \"a\"\ncomponent = \"a.wasm\"\n";

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private static JsonNode document;

    @SuppressWarnings("NullAway.Init")
    private static JsonSchema schema;

    @BeforeAll
    static void read() throws IOException {
        document = Json.parse(ManifestCommand.schema().getBytes(StandardCharsets.UTF_8));
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(document);
    }

    private static Set<ValidationMessage> complaints(String manifest) throws IOException {
        return schema.validate(Json.parse(Toml.parse(manifest).toJson().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> keys(String pointer) {
        List<String> keys = new ArrayList<>();
        document.at(pointer).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void isASchemaItself() {
        JsonSchema meta = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of(SpecVersion.VersionFlag.V202012.getId()));
        assertEquals(Set.of(), meta.validate(document));
    }

    @Test
    void hasTheKeysThatTheParserTakesAndNoOthers() {
        assertEquals(FunctionManifest.KEYS, keys("/properties"));
        assertEquals(FunctionManifest.CORS_KEYS, keys("/properties/cors/properties"));
        assertEquals(FunctionLimit.labels(), keys("/properties/limits/properties"));
        assertEquals(WarmupTable.KEYS, keys("/properties/warmup/properties"));
        assertEquals(WarmupTable.REQUEST_KEYS, keys("/properties/warmup/properties/requests/items/properties"));
        assertEquals(
                WarmupTable.EXPECT_KEYS,
                keys("/properties/warmup/properties/requests/items/properties/expect/properties"));
        assertEquals(
                FunctionManifest.WORLDS.toString(),
                document.at("/properties/world/enum")
                        .toString()
                        .replace("\"", "")
                        .replace(",", ", "));
        assertEquals(
                FunctionManifest.VISIBILITIES.toString(),
                document.at("/properties/visibility/enum")
                        .toString()
                        .replace("\"", "")
                        .replace(",", ", "));
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> found = Files.list(Path.of("../examples"))) {
            return found.filter(example -> Files.exists(example.resolve(FunctionManifest.FILE_NAME)))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theExamplesAreValid(Path example) throws IOException {
        assertEquals(Set.of(), complaints(Files.readString(example.resolve(FunctionManifest.FILE_NAME))));
        assertEquals(
                example, example.resolveSibling(FunctionManifest.read(example).name()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "world = \"event\"\nbuild = \"make\"\nalias = \"next\"\nselectable = true\ntopics = [\"orders\"]",
                "[config]\na = 1\nb = true\nc = 1.5\nd = \"\"",
                "[limits]\nmemory-bytes = \"32 MiB\"\nlog-bytes = 0\ncpu-time = \"500ms\"\nconcurrency = 10",
                "[cors]\norigins = [\"*\"]\nmax-age = \"10min\"",
            })
    void whatTheParserTakesIsValid(String rest) throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), START + rest);
        FunctionManifest.read(folder);
        assertEquals(Set.of(), complaints(START + rest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "buid = \"make\"",
                "world = \"batch\"",
                "visibility = \"open\"",
                "topics = \"orders\"",
                "selectable = \"yes\"",
                "alias = 3",
                "config = 3",
                "[config]\na = [1]",
                "[limits]\nmemory = 3",
                "[limits]\ncpu-time = 500",
                "[limits]\nmemory-bytes = \"32MB\"",
                "[limits]\nconcurrency = \"few\"",
                "[cors]\nmethods = [\"PUT\"]",
                "[cors]\norigins = [\"*\"]\nmax-age = 3",
            })
    void whatTheParserRefusesIsNot(String rest) throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), START + rest);
        assertThrows(CommandFailure.class, () -> FunctionManifest.read(folder));
        assertFalse(complaints(START + rest).isEmpty(), rest);
    }

    @Test
    void isPrintedByACommand() {
        CapturedRun.of("manifest", "schema").exits(ExitCode.OK).prints("\"$schema\"", "2020-12", "memory-bytes");
    }

    @Test
    void aManifestIsCheckedByACommand() throws IOException {
        Path file = folder.resolve("mayfly.toml");
        Files.writeString(file, START);
        CapturedRun.of("manifest", "check", folder.toString())
                .exits(ExitCode.OK)
                .prints(file + ": nothing is wrong");
        Files.writeString(file, START + "buid = 1\ntopics = 1\n");
        CapturedRun.of("manifest", "check", folder.toString())
                .exits(ExitCode.FAILED)
                .says(file + ":3:1: the key buid", file + ":4:1: topics must be");
    }
}

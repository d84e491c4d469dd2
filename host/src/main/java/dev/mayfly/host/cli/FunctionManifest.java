package dev.mayfly.host.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.catalog.Cors;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.quantity.TimeSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A function's project as {@code mayfly.toml} in its folder describes it:
 *
 * <pre>
 *   name = "hello"                    # what it is deployed as
 *   world = "web"                     # what it implements, "web" or "event"; may be left out
 *   build = "cargo build --release"   # run by sh in the folder; left out where there is nothing to build
 *   component = "target/hello.wasm"   # what the build makes, relative to the folder
 *
 *   [config]                          # what mayfly:config answers; numbers and booleans become text
 *   greeting = "Hello"
 *
 *   selectable = true                 # every caller may choose a version by the header Mayfly-Version; before the first table
 *   topics = ["orders"]               # topics whose messages it is called with; before the first table
 *
 *   visibility = "public"             # who may call it without a key; "private" unless given; before the first table
 *
 *   [secrets]                         # what mayfly:secrets answers: the tenant's secret by the function's own name for it
 *   stripe = "stripe-key"
 *
 *   [cors]                            # pages of which origins may call it from a browser, and how
 *   origins = ["https://app.example.com"]
 *   methods = ["PUT"]
 *   headers = ["content-type"]
 *   max-age = "10m"
 *
 *   [bindings]                        # what it may use: the host's binding by the function's own name for it
 *   db = "orders-db"
 *
 *   [limits]                          # on its calls, where they are not the host's: the names are those of FunctionLimit
 *   memory-bytes = "32MiB"
 *   cpu-time = "500ms"
 *   concurrency = 10
 * </pre>
 *
 * @param folder where {@code mayfly.toml} is
 * @param name a {@link FunctionName}
 * @param build the build command, or null
 * @param component absolute; may not be there before a build
 * @param settings what it says to the host
 */
record FunctionManifest(Path folder, String name, @Nullable String build, Path component, FunctionSettings settings) {
    static final String FILE_NAME = "mayfly.toml";

    private static final List<String> KEYS = List.of(
            "name",
            "world",
            "build",
            "component",
            "config",
            "bindings",
            "topics",
            "limits",
            "selectable",
            "secrets",
            "visibility",
            "cors");

    private static final List<String> WORLDS = List.of("web", "event");

    /** @throws CommandFailure naming the file, the line where the parser tells it, and what is wrong */
    static FunctionManifest read(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        try {
            return from(folder, new Entries(file, new TomlMapper().readTree(Files.readString(file))));
        } catch (JsonProcessingException malformed) {
            JsonLocation where = malformed.getLocation();
            throw new CommandFailure(
                    ExitCode.FAILED,
                    file + (where == null ? "" : ":" + where.getLineNr() + ":" + where.getColumnNr()) + ": "
                            + malformed.getOriginalMessage());
        } catch (NoSuchFileException missing) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there is no " + file,
                    "a function's folder has one with at least:",
                    "  name = \"hello\"",
                    "  component = \"target/hello.wasm\"");
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.FAILED, file + " can't be read: " + unreadable);
        }
    }

    private static FunctionManifest from(Path folder, Entries entries) {
        entries.requireKnown(KEYS);
        String name = entries.requiredText("name");
        if (!FunctionName.isValid(name)) {
            throw entries.wrong("name = \"" + name + "\" is no function's name: 1 to " + FunctionName.LENGTH_MAX
                    + " lower-case letters, digits and dashes, with no dash at either end");
        }
        String world = entries.text("world");
        if (world != null && !WORLDS.contains(world)) {
            throw entries.wrong("world = \"" + world + "\" is unknown; there are \"web\" and \"event\"");
        }
        Path component = folder.resolve(entries.requiredText("component"))
                .toAbsolutePath()
                .normalize();
        FunctionSettings settings = FunctionSettings.NONE
                .withConfig(entries.table("config"))
                .withBindings(entries.table("bindings"))
                .withTopics(entries.texts("topics"))
                .withLimits(entries.limits())
                .withSelectable(entries.flag("selectable"))
                .withSecrets(entries.table("secrets"))
                .withPublic(entries.isPublic())
                .withCors(entries.cors());
        return new FunctionManifest(folder, name, entries.text("build"), component, settings);
    }

    /** Typed access to the file's top level, with the file named in every complaint. */
    private record Entries(Path file, JsonNode root) {
        CommandFailure wrong(String sentence) {
            return new CommandFailure(ExitCode.FAILED, file + ": " + sentence);
        }

        void requireKnown(List<String> known) {
            List<String> unknown = new ArrayList<>();
            root.fieldNames().forEachRemaining(unknown::add);
            unknown.removeAll(known);
            if (!unknown.isEmpty()) {
                throw wrong("unknown key" + (unknown.size() == 1 ? " " : "s ") + String.join(", ", unknown)
                        + "; the known ones are " + String.join(", ", known));
            }
        }

        @Nullable
        String text(String key) {
            JsonNode value = root.get(key);
            if (value == null) {
                return null;
            }
            if (!value.isTextual() || value.asText().isBlank()) {
                throw wrong(key + " must be text in quotes");
            }
            return value.asText();
        }

        boolean flag(String key) {
            JsonNode value = root.path(key);
            if (!value.isMissingNode() && !value.isBoolean()) {
                throw wrong(key + " must be true or false");
            }
            return value.asBoolean();
        }

        String requiredText(String key) {
            String text = text(key);
            if (text == null) {
                throw wrong("the key " + key + " is missing");
            }
            return text;
        }

        boolean isPublic() {
            String visibility = text("visibility");
            if (visibility != null && !visibility.equals("public") && !visibility.equals("private")) {
                throw wrong("visibility = \"" + visibility + "\" is unknown; there are \"public\" and \"private\"");
            }
            return "public".equals(visibility);
        }

        @Nullable
        Cors cors() {
            JsonNode table = root.path("cors");
            if (table.isMissingNode()) {
                return null;
            }
            if (!table.isObject()) {
                throw wrong("cors must be a table: write [cors] on a line of its own, and its entries below");
            }
            Entries cors = new Entries(file, table);
            cors.requireKnown(List.of("origins", "methods", "headers", "max-age"));
            String maxAge = cors.text("max-age");
            try {
                return new Cors(
                        cors.texts("origins"),
                        cors.texts("methods"),
                        cors.texts("headers"),
                        maxAge == null ? Duration.ZERO : TimeSpan.parse(maxAge).duration());
            } catch (IllegalArgumentException | MayflyException.Invalid e) {
                throw wrong(String.valueOf(e.getMessage()));
            }
        }

        SortedSet<String> texts(String key) {
            JsonNode list = root.path(key);
            SortedSet<String> texts = new TreeSet<>();
            if (!list.isMissingNode() && !list.isArray()) {
                throw wrong(key + " must be a list: " + key + " = [\"orders\"]");
            }
            for (JsonNode text : list) {
                if (!text.isTextual()) {
                    throw wrong(key + " must be a list of texts in quotes");
                }
                texts.add(text.asText());
            }
            return texts;
        }

        FunctionLimits limits() {
            try {
                return FunctionLimits.parse(table("limits"));
            } catch (MayflyException.Invalid e) {
                throw wrong(e.safeMessage());
            }
        }

        Map<String, String> table(String key) {
            JsonNode table = root.path(key);
            if (table.isMissingNode()) {
                return Map.of();
            }
            if (!table.isObject()) {
                throw wrong(key + " must be a table: write [" + key + "] on a line of its own, and its entries below");
            }
            Map<String, String> entries = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : table.properties()) {
                if (!entry.getValue().isValueNode()) {
                    throw wrong(key + "." + entry.getKey() + " must be text, a number or a boolean");
                }
                entries.put(entry.getKey(), entry.getValue().asText());
            }
            return Collections.unmodifiableMap(entries);
        }
    }
}

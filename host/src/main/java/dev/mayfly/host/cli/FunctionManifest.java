package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.catalog.Cors;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.config.WrongSettingException;
import dev.mayfly.host.quantity.TimeSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A function's project as {@code mayfly.toml} in its folder describes it:
 *
 * <pre>
 *   name = "hello"                    # what it is deployed as
 *   world = "web"                     # what it implements, "web" or "event"; may be left out
 *   build = "cargo build --release"   # run by sh in the folder; left out where there is nothing to build
 *   component = "target/hello.wasm"   # what the build makes, relative to the folder
 *   alias = "next"                    # what is to point to it; "live", which plain calls get, unless given
 *   visibility = "public"             # who may call it without a key; "private" unless given
 *   selectable = true                 # every caller may choose a version: header Mayfly-Version, ?mayfly-version=3
 *   topics = ["orders"]               # topics whose messages it is called with
 *
 *   [config]                          # what mayfly:config answers, and its environment; also [env]. Numbers and booleans become text
 *   greeting = "Hello"
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
 *
 *   [warmup]                          # requests after which the instance is kept for calls to start from; one GET / unless given
 *   when = "publish"                  # or "idle", or "command"
 *   max-age = "12h"
 *   [[warmup.requests]]
 *   path = "/rules"                   # also method, headers, body
 *   expect = {status-codes = [200]}   # also body-includes, body-regex
 * </pre>
 *
 * <p>{@code mayfly manifest schema} prints the same as a JSON Schema. Where there is no such file, Wasmer's {@code app.yaml} is read: {@link WasmerApp}.
 *
 * @param file that it was read from
 * @param name a {@link FunctionName}
 * @param build the build command, or null
 * @param component absolute; may not be there before a build
 * @param alias what is to point to the version; null = {@code live}
 * @param settings what it says to the host
 * @param warnings of what it says in vain
 */
record FunctionManifest(
        Path file,
        String name,
        @Nullable String build,
        Path component,
        @Nullable String alias,
        FunctionSettings settings,
        List<String> warnings) {
    static final String FILE_NAME = "mayfly.toml";

    static final List<String> KEYS = List.of(
            "name",
            "world",
            "build",
            "component",
            "alias",
            "visibility",
            "selectable",
            "topics",
            "config",
            "env",
            "secrets",
            "bindings",
            "cors",
            "limits",
            "warmup");

    static final List<String> CORS_KEYS = List.of("origins", "methods", "headers", "max-age");
    static final List<String> WORLDS = List.of("web", "event");
    static final List<String> VISIBILITIES = List.of("public", "private");

    private static final String SPELLED = "it is spelled [warmup]";

    private static final Map<String, String> ANSWERS = Map.of("warm-up", SPELLED, "warm_up", SPELLED);

    /** @throws CommandFailure with all that is wrong, each with file, line and column */
    static FunctionManifest read(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        Path app = folder.resolve(WasmerApp.FILE_NAME);
        try {
            if (!Files.exists(file) && Files.exists(app)) {
                return WasmerApp.read(app);
            }
            List<WrongSettingException> problems = new ArrayList<>();
            FunctionManifest manifest = from(file, new ManifestTable(file, TomlFile.read(file), problems));
            if (!problems.isEmpty()) {
                throw TomlFile.failure(problems);
            }
            return manifest;
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

    Path folder() {
        return folder(file);
    }

    /** Of a file. */
    static Path folder(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    private static FunctionManifest from(Path file, ManifestTable table) {
        table.requireKnown(KEYS, ANSWERS);
        String name = table.requiredText("name");
        if (!name.isEmpty() && !FunctionName.isValid(name)) {
            table.refuse(
                    "name",
                    "name = \"" + name + "\" is no function's name: 1 to " + FunctionName.LENGTH_MAX
                            + " lower-case letters, digits and dashes, with no dash at either end");
        }
        table.word("world", WORLDS);
        Path component = folder(file)
                .resolve(table.requiredText("component"))
                .toAbsolutePath()
                .normalize();
        FunctionSettings settings = FunctionSettings.NONE
                .withConfig(config(table))
                .withBindings(table.entries("bindings"))
                .withTopics(table.texts("topics"))
                .withLimits(limits(table))
                .withSelectable(table.flag("selectable"))
                .withSecrets(table.entries("secrets"))
                .withPublic("public".equals(table.word("visibility", VISIBILITIES)))
                .withCors(cors(table))
                .withWarmup(WarmupTable.read(table));
        return new FunctionManifest(
                file, name, table.text("build"), component, table.text("alias"), settings, List.of());
    }

    private static Map<String, String> config(ManifestTable table) {
        Map<String, String> config = new TreeMap<>(table.entries("config"));
        table.entries("env").forEach((name, value) -> {
            if (config.put(name, value) != null) {
                table.refuse("env", "env." + name + " is in config as well, which is the same; leave one out");
            }
        });
        return config;
    }

    private static FunctionLimits limits(ManifestTable table) {
        Map<FunctionLimit, Long> values = new EnumMap<>(FunctionLimit.class);
        ManifestTable limits = table.table("limits");
        if (limits != null) {
            List<String> known = FunctionLimit.labels();
            limits.requireKnown(known, Map.of());
            table.entries("limits").forEach((name, text) -> {
                if (known.contains(name)) {
                    try {
                        values.putAll(FunctionLimits.parse(Map.of(name, text)).values());
                    } catch (MayflyException.Invalid wrong) {
                        limits.refuse(name, wrong.safeMessage());
                    }
                }
            });
        }
        return new FunctionLimits(values);
    }

    private static @Nullable Cors cors(ManifestTable table) {
        ManifestTable cors = table.table("cors");
        if (cors == null) {
            return null;
        }
        cors.requireKnown(CORS_KEYS, Map.of());
        String maxAge = cors.text("max-age");
        try {
            return new Cors(
                    cors.texts("origins"),
                    cors.texts("methods"),
                    cors.texts("headers"),
                    maxAge == null ? Duration.ZERO : TimeSpan.parse(maxAge).duration());
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            table.refuse("cors", String.valueOf(e.getMessage()));
            return null;
        }
    }
}

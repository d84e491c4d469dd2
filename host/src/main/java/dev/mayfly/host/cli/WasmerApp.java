package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.Suggestion;
import dev.mayfly.host.config.WrongSettingException;
import dev.mayfly.host.config.YamlNode;
import dev.mayfly.snapshots.Warmup;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * An app of Wasmer's, as {@code app.yaml} describes it (<a href="https://docs.wasmer.io/edge/configuration">its reference</a>): for who comes from there.
 * Name, environment, memory, warm-up and the package's module are taken over. Of the rest, what would change how the app behaves is refused, and what wouldn't is
 * told.
 */
final class WasmerApp {
    static final String FILE_NAME = "app.yaml";

    private static final String KIND = "wasmer.io/App.v0";
    private static final String PACKAGE_FILE = "wasmer.toml";
    private static final long PAGE_BYTES = 64 << 10;

    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*([kmg]?)(i?)b?", Pattern.CASE_INSENSITIVE);

    private enum Answer {
        /** Read here. */
        TAKEN,
        /** Without it the app behaves the same. */
        NEEDLESS,
        /** Without it the app would not be what it was. */
        MISSING
    }

    private record Field(Answer answer, String advice) {}

    private static final Field TAKEN = new Field(Answer.TAKEN, "");

    /** Every field of the reference, by its path. */
    private static final Map<String, Field> FIELDS = fields();

    private static Map<String, Field> fields() {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (String taken : List.of(
                "kind",
                "name",
                "package",
                "env",
                "capabilities.memory.limit",
                "capabilities.instaboot",
                "scaling.mode")) {
            fields.put(taken, TAKEN);
        }
        needless(fields, "description", "nothing shows it");
        needless(fields, "app_id", "the name says which function it is");
        needless(
                fields, "owner", "a function belongs to the tenant of the key that deploys it, or to that of --tenant");
        needless(fields, "locality", "it runs where this host runs");
        needless(fields, "health_checks", "each call is a fresh instance, so none has to be restarted");
        needless(fields, "debug", "mayfly logs and mayfly calls show what went wrong");
        needless(fields, "annotations", "nothing reads them");
        needless(fields, "capabilities.runtime.engine", "there is one engine");
        missing(fields, "cli_args", "a function gets no arguments; say it in env");
        missing(
                fields,
                "domains",
                "functions are called at /f/NAME; have a proxy map the domain to that, and remove it here");
        missing(fields, "jobs", "have cron run: mayfly invoke NAME /PATH");
        missing(fields, "scheduled_tasks", "have cron run: mayfly invoke NAME /PATH");
        missing(fields, "volumes", "functions have no files; give it a blob or kv binding, in mayfly.toml: [bindings]");
        missing(fields, "redirect.force_https", "a host with --tls-certificate speaks TLS only; remove it here");
        missing(fields, "enable_email", "send mail through an upstream, in mayfly.toml: [bindings]");
        missing(fields, "vault", "store each secret by mayfly secret set, and grant it, in mayfly.toml: [secrets]");
        missing(fields, "secrets", "store each secret by mayfly secret set, and grant it, in mayfly.toml: [secrets]");
        missing(fields, "capabilities.network", "upstreams are granted one by one, in mayfly.toml: [bindings]");
        missing(fields, "capabilities.database", "give it an sql binding, in mayfly.toml: [bindings]");
        missing(fields, "capabilities.ssh", "there is nothing to log in to");
        missing(fields, "capabilities.runtime.async_threads", "functions have one thread");
        return fields;
    }

    private static void needless(Map<String, Field> fields, String path, String why) {
        fields.put(path, new Field(Answer.NEEDLESS, why));
    }

    private static void missing(Map<String, Field> fields, String path, String instead) {
        fields.put(path, new Field(Answer.MISSING, instead));
    }

    private final Path file;
    private final YamlNode.Entries root;
    private final List<WrongSettingException> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private WasmerApp(Path file, YamlNode.Entries root) {
        this.file = file;
        this.root = root;
    }

    /** @throws CommandFailure with all that is wrong or not supported, each with file, line and column, and what to do */
    static FunctionManifest read(Path file) throws IOException {
        YamlNode node;
        try {
            node = YamlNode.read(file);
        } catch (WrongSettingException wrong) {
            throw TomlFile.failure(List.of(wrong));
        } catch (MayflyException.Invalid unreadable) {
            throw new CommandFailure(ExitCode.FAILED, unreadable.safeMessage());
        }
        if (!(node instanceof YamlNode.Entries entries)) {
            throw TomlFile.failure(List.of(
                    new WrongSettingException(new Place(file, 1, 1), "this is no app of Wasmer's: kind is missing")));
        }
        return new WasmerApp(file, entries).manifest();
    }

    private FunctionManifest manifest() throws IOException {
        String kind = text(root, "kind");
        if (!KIND.equals(kind)) {
            refuse(
                    place(root, "kind"),
                    "kind must be " + KIND + "; is this app.yaml Wasmer's? A function's own file is "
                            + FunctionManifest.FILE_NAME);
            throw TomlFile.failure(problems);
        }
        answer(root, "");
        String name = name();
        Path component = component();
        FunctionSettings settings =
                FunctionSettings.NONE.withConfig(env()).withLimits(limits()).withWarmup(warmup());
        if (!problems.isEmpty()) {
            throw TomlFile.failure(problems);
        }
        warnings.add(file + ": Wasmer's apps are public; this function is private unless it is deployed with --public");
        return new FunctionManifest(file, name, null, component, null, settings, List.copyOf(warnings));
    }

    /** Says what becomes of each field that isn't read here. */
    private void answer(YamlNode.Entries entries, String prefix) {
        entries.entries().forEach((key, value) -> {
            String path = prefix + key;
            Place place = entries.keyPlace(key);
            Field field = FIELDS.get(path);
            if (FIELDS.keySet().stream().anyMatch(known -> known.startsWith(path + "."))) {
                if (value instanceof YamlNode.Entries inner) {
                    answer(inner, path + ".");
                } else if (!value.isEmpty()) {
                    refuse(value.place(), path + " must be a mapping");
                }
            } else if (field == null) {
                refuse(
                        place,
                        path + " is unknown; "
                                + Suggestion.nearest(path, FIELDS.keySet())
                                        .map(near -> "did you mean " + near + "?")
                                        .orElse("remove it"));
            } else if (field.answer() == Answer.MISSING && !isOff(value)) {
                refuse(place, path + " is not supported: " + field.advice());
            } else if (field.answer() == Answer.NEEDLESS) {
                warnings.add(place + ": " + path + " has no effect: " + field.advice());
            }
        });
    }

    private void refuse(Place place, String sentence) {
        problems.add(new WrongSettingException(place, sentence));
    }

    private static boolean isOff(YamlNode value) {
        return switch (value) {
            case YamlNode.Scalar scalar -> scalar.isEmpty() || "false".equals(scalar.text());
            case YamlNode.Items items -> items.items().isEmpty();
            case YamlNode.Entries entries -> entries.entries().isEmpty();
        };
    }

    private String name() {
        String name = text(root, "name");
        if (name == null) {
            refuse(root.place(), "name is missing; it says what the function is deployed as");
            return "";
        }
        if (!FunctionName.isValid(name)) {
            refuse(
                    place(root, "name"),
                    "name '" + name + "' is no function's name: 1 to " + FunctionName.LENGTH_MAX
                            + " lower-case letters, digits and dashes, with no dash at either end");
        }
        return name;
    }

    /** A package is a file, or what {@code wasmer.toml} beside this file makes; there is no registry to have it from. */
    private Path component() throws IOException {
        Path folder = FunctionManifest.folder(file);
        String source = text(root, "package");
        if (source != null && source.equals(".")) {
            source = moduleOfPackage(folder.resolve(PACKAGE_FILE));
        } else if (source == null || !source.endsWith(".wasm")) {
            refuse(
                    place(root, "package"),
                    "package must be '.' beside a " + PACKAGE_FILE
                            + " with one module, or a file such as ./app.wasm: Wasmer's registry is not reached from here");
        }
        return folder.resolve(source == null ? "" : source).toAbsolutePath().normalize();
    }

    private @Nullable String moduleOfPackage(Path packageFile) throws IOException {
        if (!Files.exists(packageFile)) {
            refuse(place(root, "package"), "package is '.', but there is no " + packageFile);
            return null;
        }
        TomlArray modules = TomlFile.read(packageFile).getArrayOrEmpty("module");
        if (modules.size() != 1
                || !(modules.get(0) instanceof TomlTable module)
                || !(module.get("source") instanceof String source)) {
            refuse(
                    new Place(packageFile, 1, 1),
                    "a function is one module: there must be one [[module]] with" + " a source, here are "
                            + modules.size());
            return null;
        }
        return source;
    }

    private Map<String, String> env() {
        Map<String, String> env = new LinkedHashMap<>();
        YamlNode node = root.entries().get("env");
        if (node instanceof YamlNode.Entries entries) {
            entries.entries().forEach((name, value) -> {
                if (value instanceof YamlNode.Scalar scalar) {
                    env.put(name, Objects.requireNonNullElse(scalar.text(), ""));
                } else {
                    refuse(value.place(), "env." + name + " must be a single value");
                }
            });
        } else if (node != null && !node.isEmpty()) {
            refuse(node.place(), "env must be a mapping of names to values");
        }
        return env;
    }

    private @Nullable Warmup warmup() {
        YamlNode node = root.entries().get("capabilities") instanceof YamlNode.Entries capabilities
                ? capabilities.entries().get("instaboot")
                : null;
        return node == null ? null : InstabootBlock.read(node, this::refuse);
    }

    private FunctionLimits limits() {
        if (root.entries().get("scaling") instanceof YamlNode.Entries scaling) {
            String mode = text(scaling, "mode");
            // Each call is an instance of its own in any case.
            if (mode != null && !mode.equals("single_concurrency")) {
                refuse(place(scaling, "mode"), "scaling.mode '" + mode + "' is unknown; there is single_concurrency");
            }
        }
        if (root.entries().get("capabilities") instanceof YamlNode.Entries capabilities
                && capabilities.entries().get("memory") instanceof YamlNode.Entries memory) {
            String limit = text(memory, "limit");
            if (limit != null) {
                return memory(limit, place(memory, "limit"));
            }
        }
        return FunctionLimits.NONE;
    }

    private FunctionLimits memory(String text, Place place) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            refuse(place, "capabilities.memory.limit '" + text + "' is not a size such as 64MiB");
            return FunctionLimits.NONE;
        }
        int power = " kmg".indexOf(size.group(2).isEmpty() ? " " : size.group(2).toLowerCase(Locale.ROOT));
        BigDecimal unit =
                BigDecimal.valueOf(size.group(3).isEmpty() ? 1000 : 1024).pow(power);
        long bytes = new BigDecimal(size.group(1)).multiply(unit).longValue();
        try {
            return new FunctionLimits(Map.of(FunctionLimit.MEMORY_BYTES, bytes / PAGE_BYTES * PAGE_BYTES));
        } catch (MayflyException.Invalid tooLittle) {
            refuse(place, "capabilities.memory.limit: " + tooLittle.safeMessage());
            return FunctionLimits.NONE;
        }
    }

    /** Null where it isn't there; what is there must be a single value. */
    private @Nullable String text(YamlNode.Entries entries, String key) {
        return switch (entries.entries().get(key)) {
            case null -> null;
            case YamlNode.Scalar scalar -> scalar.text();
            case YamlNode other -> {
                refuse(other.place(), key + " must be a single value");
                yield null;
            }
        };
    }

    private static Place place(YamlNode.Entries entries, String key) {
        YamlNode node = entries.entries().get(key);
        return node == null ? entries.place() : node.place();
    }
}

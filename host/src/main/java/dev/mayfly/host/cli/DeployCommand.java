package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.Deployment;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.SettingsJson;
import dev.mayfly.hostinterfaces.ConfigOperations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly deploy}. */
@Command(
        name = "deploy",
        description = {
            "Upload a function, or a new version of it.",
            "Calls that are running finish on the version they began with."
        },
        footer = {
            "  mayfly deploy hello.wasm                          as hello",
            "  mayfly deploy build/out.wasm --name hello --config greeting=Salut",
            "  mayfly deploy examples/hello                      build it as its mayfly.toml says, then upload",
            "  mayfly deploy hello.wasm --alias next             as hello@next; plain calls get what they got"
        })
final class DeployCommand extends StandardCommand {
    /** Names of what had better be granted than said. */
    private static final Pattern SECRET = Pattern.compile(
            "(.*[_.-])?(password|passwd|secret|token|api[_.-]?key|private[_.-]?key|credentials?)",
            Pattern.CASE_INSENSITIVE);

    @Parameters(
            paramLabel = "FILE|FOLDER",
            description =
                    "A component, a core module built with wit-bindgen, or the text of either; or a folder with a mayfly.toml (or Wasmer's app.yaml).")
    @SuppressWarnings("NullAway.Init") // It is required.
    private Path source;

    @Option(names = "--name", description = "What to deploy it as (default: the name in mayfly.toml, or the file's).")
    private @Nullable String name;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description =
                    "An entry of its configuration; may be repeated. Entries that an earlier deploy gave and this one doesn't are gone.")
    private Map<String, String> config = new LinkedHashMap<>();

    @Option(
            names = "--binding",
            paramLabel = "NAME=BINDING",
            description = "What it may use: its own name for it and the host's. See: mayfly bindings. May be repeated.")
    private Map<String, String> bindings = new LinkedHashMap<>();

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "A topic whose messages it is called with; may be repeated.")
    private List<String> topics = new ArrayList<>();

    @Option(
            names = "--secret",
            paramLabel = "NAME=SECRET",
            description = "A secret it gets, by the function's own name for it; may be repeated.")
    private Map<String, String> secrets = new LinkedHashMap<>();

    @Option(names = "--public", description = "Let everybody call it, without a key.")
    private boolean isPublic;

    @Option(
            names = "--limit",
            paramLabel = "NAME=VALUE",
            description = "A limit on its calls, such as memory-bytes=32MiB or cpu-time=500ms; may be repeated.")
    private Map<String, String> limits = new TreeMap<>();

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            description =
                    "What to point to the version: live is what plain calls get, '' is nothing (default: the alias in mayfly.toml, else live).")
    private @Nullable String alias;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    DeployCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        if (Files.isDirectory(source)) {
            FunctionManifest manifest = FunctionManifest.read(source);
            manifest.warnings().forEach(terminal::note);
            if (alias == null) {
                alias = manifest.alias();
            }
            new ProjectBuild(context).run(manifest);
            deploy(manifest.component(), name == null ? manifest.name() : name, settings(manifest.settings()));
        } else {
            deploy(source, name == null ? nameOf(source) : name, settings(FunctionSettings.NONE));
        }
        return ExitCode.OK;
    }

    /** What the manifest says, and what the command line says on top of it. */
    private FunctionSettings settings(FunctionSettings manifest) {
        Map<String, String> allConfig = new TreeMap<>(manifest.config());
        allConfig.putAll(config);
        allConfig.forEach((name, value) -> {
            if (SECRET.asMatchPredicate().test(name) && !value.startsWith(ConfigOperations.SECRET)) {
                noteSecret(name);
            }
        });
        Map<String, String> allBindings = new TreeMap<>(manifest.bindings());
        allBindings.putAll(bindings);
        SortedSet<String> allTopics = new TreeSet<>(manifest.topics());
        allTopics.addAll(topics);
        Map<FunctionLimit, Long> allLimits = new TreeMap<>(manifest.limits().values());
        allLimits.putAll(given().values());
        Map<String, String> allSecrets = new TreeMap<>(manifest.secrets());
        allSecrets.putAll(secrets);
        return manifest.withConfig(allConfig)
                .withBindings(allBindings)
                .withTopics(allTopics)
                .withSecrets(allSecrets)
                .withPublic(isPublic || manifest.isPublic())
                .withLimits(new FunctionLimits(allLimits));
    }

    private void noteSecret(String entry) {
        terminal.note(
                "config." + entry + " looks like a secret, and whoever may read the function sees it: mayfly secret set"
                        + " stores one sealed, --secret or [secrets] in mayfly.toml grants it, and secret:NAME as a value here stands for it");
    }

    private FunctionLimits given() {
        try {
            return FunctionLimits.parse(limits);
        } catch (MayflyException.Invalid e) {
            throw new CommandFailure(ExitCode.USAGE, e.safeMessage());
        }
    }

    private void deploy(Path component, String deployedAs, FunctionSettings settings) {
        String moved = movedAlias();
        try (MayflyClient client = host.client(context)) {
            DeployOptions options = new DeployOptions(SettingsJson.write(settings), moved.isEmpty() ? null : moved);
            Deployment done = new Progress(terminal, deployedAs).upload(client, component, options);
            output.print(terminal, done, this::print);
        }
    }

    private String movedAlias() {
        return alias == null ? Alias.LIVE : alias;
    }

    private void print(JsonNode function) {
        terminal.note(FunctionText.deployment(function));
        if (function.has("replaced")) {
            printChanges(function.path("replaced"), function);
        }
        terminal.out().println(calledAs(function.path("url").asText(), function, movedAlias()));
    }

    private void printChanges(JsonNode before, JsonNode after) {
        List<String> changes = DeploymentChanges.between(before, after);
        if (!changes.isEmpty()) {
            terminal.note("since version " + before.path("version").asText() + ":");
            changes.forEach(change -> terminal.note("  " + change));
        }
    }

    /** A name that calls what was just deployed. */
    private static String calledAs(String name, JsonNode function, String alias) {
        return alias.isEmpty()
                ? name + ":" + function.path("version").asText()
                : alias.equals(Alias.LIVE) ? name : name + "@" + alias;
    }

    /** {@code target/…/my_function.wasm} is {@code my-function}: compilers don't let a file be called as functions are. */
    private static String nameOf(Path file) {
        String name = file.getFileName()
                .toString()
                .replaceFirst("\\.[^.]*$", "")
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
        if (!FunctionName.isValid(name)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "no function can be called as " + file + " is", "say what to call it: --name NAME");
        }
        return name;
    }
}

package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.catalog.FunctionName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
            "  mayfly deploy examples/hello                      build it as its mayfly.toml says, then upload"
        })
final class DeployCommand extends StandardCommand {
    @Parameters(
            paramLabel = "FILE|FOLDER",
            description =
                    "A component, a core module built with wit-bindgen, or the text of either; or a folder with a mayfly.toml.")
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
            new ProjectBuild(context).run(manifest);
            Map<String, String> entries = new LinkedHashMap<>(manifest.config());
            entries.putAll(config);
            deploy(manifest.component(), name == null ? manifest.name() : name, entries);
        } else {
            deploy(source, name == null ? nameOf(source) : name, config);
        }
        return ExitCode.OK;
    }

    private void deploy(Path component, String deployedAs, Map<String, String> entries) {
        try (HostClient client = new HostClient(host.uri())) {
            JsonNode function = client.deploy(deployedAs, component, entries, new Progress(terminal, deployedAs));
            if (output.isJson()) {
                terminal.out().println(Json.pretty(function));
            } else {
                terminal.note(FunctionText.deployment(function));
                terminal.out().println(client.invocationUri(deployedAs));
            }
        }
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

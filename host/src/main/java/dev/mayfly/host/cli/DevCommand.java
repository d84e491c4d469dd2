package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.AdminKeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly dev}. */
@Command(
        name = "dev",
        description = {
            "Build a function, serve it, and do so again on every change.",
            "Everybody who reaches the port may call it. What the function logs is printed as it comes. While a build is broken, the version before keeps answering. Ctrl-C stops."
        },
        footer = {"  mayfly dev examples/hello", "  mayfly dev . --port 0"})
final class DevCommand extends StandardCommand {
    /** Every save makes a version; nobody goes back to this morning's. */
    private static final Duration VERSION_IDLE_MAX = Duration.ofHours(1);

    @Parameters(paramLabel = "FOLDER", description = "The function's folder, with its mayfly.toml.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private Path folder;

    @Option(names = "--port", description = "Port to listen on; 0 = any free one (default: ${DEFAULT-VALUE}).")
    private int port = HostConfig.DEFAULT_PORT;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The bindings that the function may get (default: .mayfly/data/mayfly.yaml, if there is one).")
    private @Nullable Path configFile;

    DevCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        // Before a host is started for nothing.
        FunctionManifest manifest = FunctionManifest.read(folder);
        manifest.warnings().forEach(terminal::note);
        ServerLog.configure();
        context.stop().listen();
        Path dataFolder = dataFolder();
        HostConfig config = HostConfig.defaults()
                .withPort(port)
                .withDataFolder(dataFolder)
                .withConfigFile(configFile)
                .withLimits(Limits.defaults().withVersionIdleMax(VERSION_IDLE_MAX))
                .withAccess(AccessConfig.defaults().withFunctionsPublic(true));
        try (Host host = Host.start(config);
                MayflyClient client = MayflyClient.builder(host.adminUri())
                        .key(AdminKeyFile.read(dataFolder))
                        .build();
                LogFollower log = new LogFollower(terminal, client)) {
            new DevSession(context, folder, manifest, host.uri(), client, log).run();
        }
        return ExitCode.OK;
    }

    /** In the project, so that what was compiled once is there when it is served again; with a note to git to leave it alone. */
    private Path dataFolder() {
        Path own = folder.resolve(".mayfly");
        try {
            Files.createDirectories(own);
            Files.writeString(own.resolve(".gitignore"), "*\n");
            return own.resolve("data");
        } catch (IOException readOnly) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    own + " can't be made: " + readOnly.getMessage(),
                    "mayfly dev keeps compiled functions there");
        }
    }
}

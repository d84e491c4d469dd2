package dev.mayfly.host.cli;

import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.config.ConfigProblem;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.config.Origin;
import dev.mayfly.host.quantity.TimeSpan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mayfly serve}. */
@Command(
        name = "serve",
        description = {
            "Run a host until Ctrl-C.",
            "Sizes are written as 64MiB, times as 10s or 500ms. What an option says, mayfly.yaml, MAYFLY_… variables and mayfly.… system properties may say as well, the option over all of them: see mayfly config show.",
            "The first signal lets running requests finish, the second ends the process."
        },
        footer = {
            "  mayfly serve",
            "  mayfly serve --port 8080 --data /var/lib/mayfly --config /etc/mayfly.yaml",
            "  mayfly serve --address 0.0.0.0 --deadline 2s --memory-bytes-max 128MiB"
        })
final class ServeCommand extends StandardCommand {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings, and the bindings that functions may get (default: $MAYFLY_CONFIG, else mayfly.yaml in the data folder, if there is one).")
    private @Nullable Path configFile;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    ServeCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        HostConfiguration configuration = HostOptions.read(spec, configFile, context);
        refuse(configuration.problems());
        HostConfig config = configuration.config();
        ServerLog.configure();
        if (config.observe().logFunctions()) {
            ServerLog.printFunctions(terminal.out());
        }
        context.stop().listen();
        long startNs = System.nanoTime();
        try (Host host = Host.start(config)) {
            terminal.out()
                    .println("mayfly " + VersionCommand.version() + " listens on "
                            + terminal.out(Terminal.Emphasis.BOLD, host.uri().toString()));
            terminal.out()
                    .println("admin API on " + host.adminUri() + ", its key in "
                            + config.dataFolder().resolve(AdminKeyFile.NAME));
            terminal.note("started in " + TimeSpan.ofNanos(System.nanoTime() - startNs) + "; data in "
                    + config.dataFolder() + "; Ctrl-C stops");
            context.stop().await();
            terminal.note("stopping: requests have " + new TimeSpan(config.drain()) + " to finish");
        }
        return ExitCode.OK;
    }

    private static void refuse(List<ConfigProblem> problems) {
        if (problems.isEmpty()) {
            return;
        }
        boolean isCommandLine = problems.stream().allMatch(problem -> problem.origin() == Origin.OPTION);
        List<String> advice = new ArrayList<>();
        problems.stream().skip(1).map(ConfigProblem::toString).forEach(advice::add);
        advice.add("see: mayfly " + (isCommandLine ? "serve --help" : "config show"));
        throw new CommandFailure(
                isCommandLine ? ExitCode.USAGE : ExitCode.FAILED,
                problems.getFirst().toString(),
                advice);
    }
}

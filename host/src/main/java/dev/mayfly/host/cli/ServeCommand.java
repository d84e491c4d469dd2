package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.ObserveConfig;
import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.quantity.TimeSpan;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mayfly serve}. */
@Command(
        name = "serve",
        description = {
            "Run a host until Ctrl-C.",
            "Sizes are written as 64MiB, times as 10s or 500ms.",
            "The first signal lets running requests finish, the second ends the process."
        },
        footer = {
            "  mayfly serve",
            "  mayfly serve --port 8080 --data /var/lib/mayfly --config /etc/mayfly.yaml",
            "  mayfly serve --address 0.0.0.0 --deadline 2s --memory-bytes-max 128MiB"
        })
final class ServeCommand extends StandardCommand {
    private static final HostConfig DEFAULTS = HostConfig.defaults();

    @Option(
            names = {"--data", "--data-folder"},
            paramLabel = "FOLDER",
            description =
                    "Where functions and their compiled artifacts are kept; made if it isn't there (default: ${DEFAULT-VALUE}).")
    private Path dataFolder = DEFAULTS.dataFolder();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The bindings that functions may get (default: mayfly.yaml in the data folder, if there is one).")
    private @Nullable Path configFile;

    @Option(
            names = "--address",
            description = "Name or IP address to listen on; 0.0.0.0 = all (default: ${DEFAULT-VALUE}).")
    private String address = DEFAULTS.address();

    @Option(names = "--port", description = "Port to listen on; 0 = any free one (default: ${DEFAULT-VALUE}).")
    private int port = DEFAULTS.port();

    @ArgGroup(exclusive = false, heading = "%nAccess:%n")
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description = "How long requests may take to finish when the host stops (default: ${DEFAULT-VALUE}).")
    private TimeSpan drain = new TimeSpan(DEFAULTS.drain());

    @Option(
            names = "--log-functions",
            description = "Print what functions log on standard output, a JSON object a line.")
    private boolean logFunctions;

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description = "Append a line for each request to a function, a JSON object each; - = standard output.")
    private @Nullable Path accessLog;

    @Option(
            names = "--function-metrics-max",
            paramLabel = "COUNT",
            description =
                    "Functions with lines of their own in the metrics; others share one (default: ${DEFAULT-VALUE}).")
    private int functionMetricsMax = DEFAULTS.observe().functionMetricsMax();

    @Option(
            names = "--otlp-endpoint",
            paramLabel = "URL",
            description =
                    "Send traces to an OpenTelemetry collector, by OTLP over HTTP, such as http://127.0.0.1:4318.")
    private @Nullable URI otlpEndpoint;

    @Option(
            names = "--trace-ratio",
            paramLabel = "RATIO",
            description =
                    "Of calls that come without a trace, how many are traced, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double traceRatio = DEFAULTS.observe().traceRatio();

    @Option(
            names = "--no-timing",
            description = "Do not tell clients that send Mayfly-Timing: 1 what their calls took.")
    private boolean noTiming;

    @ArgGroup(exclusive = false, heading = "%nLimits:%n")
    private LimitOptions limits = new LimitOptions();

    ServeCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        HostConfig config = config();
        ServerLog.configure();
        if (logFunctions) {
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
            terminal.note("stopping: requests have " + drain + " to finish");
        }
        return ExitCode.OK;
    }

    private HostConfig config() {
        try {
            return new HostConfig(
                    dataFolder,
                    configFile,
                    address,
                    port,
                    limits.limits(),
                    drain.duration(),
                    access.config(),
                    new ObserveConfig(accessLog, !noTiming, functionMetricsMax, otlpEndpoint, traceRatio));
        } catch (MayflyException.Invalid outOfRange) {
            throw new CommandFailure(
                    ExitCode.USAGE, String.valueOf(outOfRange.getMessage()), "see: mayfly serve --help");
        }
    }
}

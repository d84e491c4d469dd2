package dev.mayfly.host.cli;

import dev.mayfly.client.LogLine;
import dev.mayfly.client.MayflyClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly logs}. */
@Command(
        name = "logs",
        description = "Show what a function logged last.",
        footer = {"  mayfly logs resize", "  mayfly logs -f resize", "  mayfly logs resize --output json"})
final class LogsCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what it logs from now on, until Ctrl-C.")
    private boolean follow;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    LogsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context);
                LogFollower follower = new LogFollower(terminal, client, output.isJson())) {
            // Says so when there is no such function, where following would go on asking.
            List<LogLine> lines = client.readLog(name, 0);
            if (follow) {
                context.stop().listen();
                follower.follow(name);
                context.stop().await();
            } else if (lines.isEmpty()) {
                terminal.note(name + " has logged nothing since the host started");
            } else {
                follower.print(lines);
            }
        }
        return ExitCode.OK;
    }
}

package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly metrics}. */
@Command(
        name = "metrics",
        description = "Print a host's metrics in Prometheus' text format.",
        footer = "  mayfly metrics | grep mayfly_function_invocations_total")
final class MetricsCommand extends StandardCommand {
    @Mixin
    private final HostOption host = new HostOption();

    MetricsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            terminal.out().print(client.readMetrics());
            terminal.out().flush();
        }
        return ExitCode.OK;
    }
}

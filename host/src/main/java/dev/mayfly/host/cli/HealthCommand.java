package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.Health;
import dev.mayfly.client.MayflyClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly health}. */
@Command(
        name = "health",
        description = {
            "Check whether a host works and is ready for calls.",
            "One that is not is a failure (exit code 1)."
        },
        footer = {"  mayfly health", "  mayfly health --output json"})
final class HealthCommand extends StandardCommand {
    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    HealthCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            Health health = client.checkHealth();
            output.print(terminal, health, this::print);
            return health.isUp() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private void print(JsonNode health) {
        Table table = new Table("CHECK", "STATUS");
        for (JsonNode check : health.path("checks")) {
            table.row(check.path("name").asText(), check.path("status").asText());
        }
        table.print(terminal);
    }
}

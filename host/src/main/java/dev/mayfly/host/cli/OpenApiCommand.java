package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly openapi}. */
@Command(
        name = "openapi",
        description = "Print the OpenAPI document of a host's admin API, as JSON.",
        footer = "  mayfly openapi > mayfly-openapi.json")
final class OpenApiCommand extends StandardCommand {
    @Mixin
    private final HostOption host = new HostOption();

    OpenApiCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            terminal.out().println(Json.pretty(client.describeApi()));
        }
        return ExitCode.OK;
    }
}

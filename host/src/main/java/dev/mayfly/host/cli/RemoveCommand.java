package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly remove}. */
@Command(
        name = "remove",
        description = "Remove a function. Calls that are running finish.",
        footer = "  mayfly remove hello")
final class RemoveCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    RemoveCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            client.removeFunction(name);
        }
        output.print(terminal, Map.of("removed", name), answer -> terminal.out().println(name + " is removed"));
        return ExitCode.OK;
    }
}

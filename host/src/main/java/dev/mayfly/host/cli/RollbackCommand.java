package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly rollback}. */
@Command(
        name = "rollback",
        description = {
            "Point live to the version it pointed to before. It answers at once; a canary ends.",
            "A second rollback undoes the first; mayfly alias NAME live VERSION goes further back."
        },
        footer = {"  mayfly rollback hello", "  mayfly rollback hello --alias staging"})
final class RollbackCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Option(names = "--alias", paramLabel = "ALIAS", description = "Another alias than live.")
    private String alias = "live";

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    RollbackCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            output.print(
                    terminal, client.rollBack(name, alias), answer -> terminal.note(FunctionText.alias(name, answer)));
        }
        return ExitCode.OK;
    }
}

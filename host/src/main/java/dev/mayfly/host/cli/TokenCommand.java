package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.quantity.TimeSpan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly token}. */
@Command(
        name = "token",
        description = {
            "Make a key for a short time that may call one function and do nothing else.",
            "It takes a key that may deploy the function."
        },
        footer = {
            "  mayfly token hello --ttl 5m",
            "  curl -H \"Authorization: Bearer $(mayfly token hello)\" http://127.0.0.1:7373/f/hello"
        })
final class TokenCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long it is valid, at most 24h (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private TimeSpan ttl;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    TokenCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            KeyCommand.print(terminal, output, client.createToken(name, ttl.duration()));
        }
        return ExitCode.OK;
    }
}

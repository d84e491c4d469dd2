package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly events}. */
@Command(
        name = "events",
        description = {
            "Show a function's events: how many wait, and those that were given up.",
            "An event is given up when the function rejected it, or failed it too often."
        },
        footer = {
            "  mayfly events resize",
            "  mayfly events resize --retry 01JD5C3Z8XH6Q0V9K2M4N7P1RS",
            "  mayfly events resize --discard 01JD5C3Z8XH6Q0V9K2M4N7P1RS"
        })
final class EventsCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    /** What to do with one that was given up. */
    private static final class Settlement {
        @Option(
                names = "--retry",
                paramLabel = "ID",
                description = "Put one that was given up back, as if it were new.")
        private @Nullable String retry;

        @Option(names = "--discard", paramLabel = "ID", description = "Forget one that was given up.")
        private @Nullable String discard;
    }

    @ArgGroup
    private @Nullable Settlement settlement;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    EventsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            if (settlement != null && settlement.retry != null) {
                client.retryEvent(name, settlement.retry);
                terminal.note(settlement.retry + " waits again");
            } else if (settlement != null && settlement.discard != null) {
                client.discardEvent(name, settlement.discard);
                terminal.note(settlement.discard + " is forgotten");
            } else {
                output.print(terminal, client.showEvents(name), this::print);
            }
        }
        return ExitCode.OK;
    }

    private void print(JsonNode events) {
        terminal.note(events.path("waiting").asLong() + " waiting, "
                + events.path("running").asLong() + " running, "
                + events.path("dead").asLong() + " given up");
        if (events.path("deadLetters").isEmpty()) {
            return;
        }
        Table table = new Table("ID", "KIND", "SOURCE", "ATTEMPTS", "GIVEN UP", "ERROR");
        for (JsonNode letter : events.path("deadLetters")) {
            table.row(
                    letter.path("id").asText(),
                    letter.path("kind").asText(),
                    Terminal.printable(letter.path("source").asText()),
                    letter.path("attempts").asText(),
                    FunctionText.time(letter, "diedAt"),
                    Terminal.printable(
                            letter.path("error").asText().lines().findFirst().orElse("")));
        }
        table.print(terminal);
    }
}

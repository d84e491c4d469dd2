package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly list}. */
@Command(
        name = "list",
        description = "List the deployed functions.",
        footer = {"  mayfly list", "  mayfly list --output json | jq -r '.functions[].name'"})
final class ListCommand extends StandardCommand {
    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    ListCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("functions", client.listFunctions()), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        if (answer.path("functions").isEmpty()) {
            terminal.note("nothing is deployed yet; to change that: mayfly deploy FILE");
            return;
        }
        Table table = new Table("NAME", "VERSION", "COMPONENT", "COMPILED", "DIGEST", "UPDATED");
        for (JsonNode function : answer.path("functions")) {
            table.row(
                    function.path("name").asText(),
                    function.path("version").asText(),
                    FunctionText.size(function, "componentBytes"),
                    FunctionText.size(function, "artifactBytes"),
                    FunctionText.shortDigest(function),
                    FunctionText.time(function, "updatedAt"));
        }
        table.print(terminal);
    }
}

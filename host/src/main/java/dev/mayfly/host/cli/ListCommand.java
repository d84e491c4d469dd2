package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
        try (HostClient client = host.client(context)) {
            JsonNode answer = client.functions();
            JsonNode functions = answer.path("functions");
            if (output.isJson()) {
                terminal.out().println(Json.pretty(answer));
            } else if (functions.isEmpty()) {
                terminal.note("nothing is deployed yet; to change that: mayfly deploy FILE");
            } else {
                Table table = new Table("NAME", "VERSION", "COMPONENT", "COMPILED", "DIGEST", "UPDATED");
                for (JsonNode function : functions) {
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
        return ExitCode.OK;
    }
}

package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly bindings}. */
@Command(
        name = "bindings",
        description = {
            "List what the host has for functions: stores, databases, upstreams.",
            "They are set up in the host's mayfly.yaml; a deployment says which of them a function gets."
        },
        footer = {"  mayfly bindings", "  mayfly bindings --output json | jq -r '.bindings[].name'"})
final class BindingsCommand extends StandardCommand {
    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    BindingsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("bindings", client.listBindings()), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        if (answer.path("bindings").isEmpty()) {
            terminal.note("the host has no bindings; its mayfly.yaml would declare them: mayfly serve --config FILE");
            return;
        }
        Table table =
                new Table("NAME", "KIND", "PROVIDER", "FUNCTIONS", "IN USE", "CONNECTIONS", "OPERATIONS", "ERRORS");
        for (JsonNode binding : answer.path("bindings")) {
            table.row(
                    binding.path("name").asText(),
                    binding.path("kind").asText(),
                    binding.path("provider").asText(),
                    Integer.toString(binding.path("functions").size()),
                    binding.path("inUse").asText(),
                    binding.path("connectionsOpen").asText("-"),
                    binding.path("operations").asText(),
                    binding.path("errors").asText());
        }
        table.print(terminal);
    }
}

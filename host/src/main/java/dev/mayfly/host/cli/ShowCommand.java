package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly show}. */
@Command(
        name = "show",
        description = "Show everything about a function: sizes, configuration, bindings, topics, imports and exports.",
        footer = {"  mayfly show hello", "  mayfly show hello --output json"})
final class ShowCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    ShowCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, client.showFunction(name), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode function) {
        line("name", function.path("name").asText());
        line("url", function.path("url").asText());
        line("visibility", function.path("visibility").asText());
        line("version", function.path("version").asText());
        function.path("aliases")
                .properties()
                .forEach(alias -> line("@" + alias.getKey(), "version " + FunctionText.targets(alias.getValue())));
        line("digest", function.path("digest").asText());
        line("component", FunctionText.size(function, "componentBytes"));
        line("compiled", FunctionText.size(function, "artifactBytes"));
        line("created", FunctionText.time(function, "createdAt"));
        line("updated", FunctionText.time(function, "updatedAt"));
        PrintStream out = terminal.out();
        for (String map : new String[] {"config", "bindings", "secrets"}) {
            heading(map, function.path(map));
            function.path(map)
                    .properties()
                    .forEach(entry -> out.println(
                            "  " + entry.getKey() + " = " + entry.getValue().asText()));
        }
        for (String list : new String[] {"topics", "imports", "exports"}) {
            heading(list, function.path(list));
            function.path(list).forEach(item -> out.println("  " + item.asText()));
        }
    }

    private void line(String label, String value) {
        terminal.out().println(terminal.out(Terminal.Emphasis.BOLD, String.format("%-10s", label)) + " " + value);
    }

    private void heading(String label, JsonNode below) {
        terminal.out()
                .println(terminal.out(Terminal.Emphasis.BOLD, label)
                        + (below.isEmpty() ? " ".repeat(11 - label.length()) + "none" : ""));
    }
}

package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.MayflyClient.CallOrder;
import dev.mayfly.host.quantity.ByteSize;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly calls}. */
@Command(
        name = "calls",
        description = {
            "Show what a function's slowest calls of the last minutes took, the slowest first.",
            "RUN is from the function's begin to its end, CPU the part of it in the function itself, START the part of that until its instance was there."
        },
        footer = {"  mayfly calls resize", "  mayfly calls resize --newest", "  mayfly calls resize --output json"})
final class CallsCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Option(names = "--newest", description = "Show the last calls, the newest first.")
    private boolean newest;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    CallsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            CallOrder order = newest ? CallOrder.NEWEST : CallOrder.SLOWEST;
            output.print(terminal, Map.of("calls", client.listCalls(name, order)), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        if (answer.path("calls").isEmpty()) {
            terminal.note(name + " was not called since the host started");
            return;
        }
        Table table = new Table(
                "STARTED",
                "OUTCOME",
                "STATUS",
                "WALL",
                "RUN",
                "CPU",
                "START",
                "MEMORY",
                "IN",
                "OUT",
                "OPERATIONS",
                "ID");
        for (JsonNode call : answer.path("calls")) {
            int operations = 0;
            for (JsonNode count : call.path("operations")) {
                operations += count.asInt();
            }
            table.row(
                    FunctionText.time(call, "time"),
                    call.path("outcome").asText(),
                    call.path("status").asText("-"),
                    time(call, "wallNs"),
                    time(call, "runNs"),
                    time(call, "cpuNs"),
                    time(call, "instanceStartNs"),
                    size(call, "memoryBytes"),
                    size(call, "bytesIn"),
                    size(call, "bytesOut"),
                    Integer.toString(operations),
                    call.path("invocation").asText());
        }
        table.print(terminal);
    }

    static String time(JsonNode node, String name) {
        return FunctionText.duration(node.path(name).asLong());
    }

    private static String size(JsonNode node, String name) {
        return new ByteSize(node.path(name).asLong()).toString();
    }
}

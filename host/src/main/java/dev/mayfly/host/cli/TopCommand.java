package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly top}. */
@Command(
        name = "top",
        description = {
            "Show which functions are busy, the one with the most time of the processor on top, until Ctrl-C.",
            "CALLS/S, FAILED/S and CPU are of the last interval; the percentiles are since the host started."
        },
        footer = {"  mayfly top", "  mayfly top --once", "  mayfly top --once --output json"})
final class TopCommand extends StandardCommand {
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Option(names = "--once", description = "Show one interval and end.")
    private boolean once;

    @Option(names = "--interval", paramLabel = "TIME", description = "How long to look (default: ${DEFAULT-VALUE}).")
    private TimeSpan interval = new TimeSpan(Duration.ofSeconds(1));

    @Option(names = "--rows", paramLabel = "COUNT", description = "Functions to show (default: ${DEFAULT-VALUE}).")
    private int rows = 20;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    TopCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        context.stop().listen();
        try (MayflyClient client = host.client(context)) {
            JsonNode before = Json.tree(client.showActivity());
            while (!context.stop().await(interval.duration())) {
                JsonNode now = Json.tree(client.showActivity());
                print(rates(before, now));
                if (once) {
                    break;
                }
                before = now;
            }
        }
        return ExitCode.OK;
    }

    /** What went on between two looks, the busiest first. */
    static List<ObjectNode> rates(JsonNode before, JsonNode now) {
        double seconds = (now.path("nowNs").asLong() - before.path("nowNs").asLong()) / 1e9;
        Map<String, JsonNode> earlier = new HashMap<>();
        before.path("functions")
                .forEach(function -> earlier.put(function.path("function").asText(), function));
        List<ObjectNode> rates = new ArrayList<>();
        for (JsonNode function : now.path("functions")) {
            String name = function.path("function").asText();
            JsonNode then = earlier.getOrDefault(name, JsonNodeFactory.instance.objectNode());
            long calls = more(function, then, "calls");
            ObjectNode rate = JsonNodeFactory.instance.objectNode();
            rate.put("function", name);
            rate.put("callsPerSecond", calls / seconds);
            rate.put("failedPerSecond", (calls - more(function, then, "responses")) / seconds);
            rate.put("cpuPercent", more(function, then, "cpuNs") / seconds / 1e7);
            for (String field : List.of("running", "waiting", "p50Ns", "p99Ns", "memoryBytesMax")) {
                rate.set(field, function.path(field));
            }
            rates.add(rate);
        }
        rates.sort(Comparator.comparingDouble(
                        (ObjectNode rate) -> rate.path("cpuPercent").asDouble())
                .reversed());
        return rates;
    }

    /** A function that was deployed anew counts from zero. */
    private static long more(JsonNode now, JsonNode then, String field) {
        return Math.max(0, now.path(field).asLong() - then.path(field).asLong());
    }

    private void print(List<ObjectNode> rates) {
        List<ObjectNode> shown = rates.subList(0, Math.min(rows, rates.size()));
        if (output.isJson()) {
            ArrayNode functions = JsonNodeFactory.instance.arrayNode();
            shown.forEach(functions::add);
            terminal.out()
                    .println(Json.pretty(JsonNodeFactory.instance.objectNode().set("functions", functions)));
            return;
        }
        if (!once && terminal.outInteractive()) {
            terminal.out().print(CLEAR);
        }
        Table table = new Table("FUNCTION", "CALLS/S", "FAILED/S", "CPU", "RUNNING", "WAITING", "P50", "P99", "MEMORY");
        for (ObjectNode rate : shown) {
            table.row(
                    rate.path("function").asText(),
                    String.format(
                            Locale.ROOT, "%.1f", rate.path("callsPerSecond").asDouble()),
                    String.format(
                            Locale.ROOT, "%.1f", rate.path("failedPerSecond").asDouble()),
                    String.format(
                            Locale.ROOT, "%.1f %%", rate.path("cpuPercent").asDouble()),
                    rate.path("running").asText(),
                    rate.path("waiting").asText(),
                    CallsCommand.time(rate, "p50Ns"),
                    CallsCommand.time(rate, "p99Ns"),
                    new ByteSize(rate.path("memoryBytesMax").asLong()).toString());
        }
        table.print(terminal);
    }
}

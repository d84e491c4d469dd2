package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.AuditPage;
import dev.mayfly.client.AuditRecord;
import dev.mayfly.client.MayflyClient;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly audit}. */
@Command(
        name = "audit",
        description = {
            "Show what was done to the host, by whom: the end of the audit log.",
            "All of it is in audit.log in the host's data folder, a JSON object a line."
        },
        footer = {"  mayfly audit", "  mayfly audit --follow --output json"})
final class AuditCommand extends StandardCommand {
    private static final Duration ASK_INTERVAL = Duration.ofMillis(500);

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added, until Ctrl-C.")
    private boolean following;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    AuditCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        if (following) {
            context.stop().listen();
        }
        try (MayflyClient client = host.client(context)) {
            long after = show(client.readAudit());
            while (following && !context.stop().await(ASK_INTERVAL)) {
                after = show(client.readAudit(after));
            }
        }
        return ExitCode.OK;
    }

    private long show(AuditPage page) {
        for (AuditRecord done : page.records()) {
            JsonNode line = Json.tree(done);
            terminal.out().println(output.isJson() ? line.toString() : text(line));
        }
        terminal.out().flush();
        return page.next();
    }

    private static String text(JsonNode line) {
        String label = line.path("label").asText();
        return FunctionText.time(line, "time") + " " + line.path("outcome").asText() + " "
                + line.path("action").asText() + " "
                + Terminal.printable(line.path("target").asText()) + " by "
                + (label.isEmpty()
                        ? "nobody known"
                        : Terminal.printable(label) + " (" + line.path("key").asText() + ")")
                + " for " + line.path("tenant").asText() + " from "
                + line.path("address").asText();
    }
}

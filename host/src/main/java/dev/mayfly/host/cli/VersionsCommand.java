package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly versions}. */
@Command(
        name = "versions",
        description = {
            "List the versions of a function, the newest first, and which aliases point to them.",
            "Call one with: mayfly invoke NAME:VERSION"
        },
        footer = {"  mayfly versions hello", "  mayfly versions hello --output json | jq '.versions[].version'"})
final class VersionsCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    VersionsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (HostClient client = host.client(context)) {
            JsonNode answer = client.versions(name);
            if (output.isJson()) {
                terminal.out().println(Json.pretty(answer));
                return ExitCode.OK;
            }
            Table table = new Table("VERSION", "ALIASES", "COMPONENT", "COMPILED", "DIGEST", "CREATED", "LAST INVOKED");
            for (JsonNode version : answer.path("versions")) {
                table.row(
                        version.path("version").asText(),
                        texts(version.path("aliases")),
                        FunctionText.size(version, "componentBytes"),
                        FunctionText.size(version, "artifactBytes"),
                        FunctionText.shortDigest(version),
                        FunctionText.time(version, "createdAt"),
                        version.has("lastInvokedAt") ? FunctionText.time(version, "lastInvokedAt") : "-");
            }
            table.print(terminal);
        }
        return ExitCode.OK;
    }

    private static String texts(JsonNode list) {
        return list.isEmpty()
                ? "-"
                : StreamSupport.stream(list.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(", "));
    }
}

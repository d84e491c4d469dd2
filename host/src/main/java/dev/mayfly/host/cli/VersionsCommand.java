package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly versions}. */
@Command(
        name = "versions",
        description = {
            "List the versions of a function, the newest first, and which aliases point to them.",
            "Call one with: mayfly invoke NAME:VERSION"
        },
        footer = {
            "  mayfly versions hello",
            "  mayfly versions hello --output json | jq '.versions[].version'",
            "  mayfly versions hello --remove 3"
        })
final class VersionsCommand extends StandardCommand {
    @Parameters(paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Option(names = "--remove", paramLabel = "VERSION", description = "Remove a version that no alias points to.")
    private @Nullable Integer removed;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    VersionsCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            if (removed != null) {
                client.removeVersion(name, removed);
                terminal.note("version " + removed + " of " + name + " is removed");
            } else {
                output.print(terminal, Map.of("versions", client.listVersions(name)), this::print);
            }
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
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

    private static String texts(JsonNode list) {
        return list.isEmpty()
                ? "-"
                : StreamSupport.stream(list.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(", "));
    }
}

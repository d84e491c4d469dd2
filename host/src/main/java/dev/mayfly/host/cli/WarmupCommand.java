package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.quantity.TimeSpan;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly warmup}. */
@Command(
        name = "warmup",
        description = {
            "Show, build and throw away snapshots: what a function starts from once its warm-up requests were answered.",
            "[warmup] in its mayfly.toml says which requests, and when. Without a snapshot it starts cold."
        },
        footer = {"  mayfly warmup report rules", "  mayfly warmup build rules", "  mayfly warmup purge rules"})
final class WarmupCommand extends NounCommand {
    WarmupCommand(CommandContext context) {
        super(context);
    }

    @Command(name = "report", description = "Show what became of each version's warm-up, and why there is no snapshot.")
    int report(
            @Parameters(paramLabel = "NAME", description = "The function's name.") String name,
            @Mixin HostOption host,
            @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("versions", client.showWarmup(name)), this::print);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "build",
            description = "Build the snapshots of the versions that an alias points to, in the background.")
    int build(
            @Parameters(paramLabel = "NAME", description = "The function's name.") String name,
            @Mixin HostOption host,
            @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("versions", client.buildWarmup(name)), this::print);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "purge",
            description = {
                "Throw the snapshots of all versions away: calls start cold.",
                "What is warmed up when it is published is built again."
            })
    int purge(
            @Parameters(paramLabel = "NAME", description = "The function's name.") String name,
            @Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.purgeWarmup(name);
        }
        terminal.note("the snapshots of " + name + " are gone");
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        Table table = new Table("VERSION", "STATE", "WHEN", "IMAGE", "BUILT IN", "ENDED", "UNIQUENESS");
        for (JsonNode version : answer.path("versions")) {
            table.row(
                    version.path("version").asText(),
                    version.path("state").asText(),
                    version.path("when").asText(),
                    version.has("imageBytes") ? FunctionText.size(version, "imageBytes") : "-",
                    version.has("buildMs")
                            ? new TimeSpan(Duration.ofMillis(
                                            version.path("buildMs").asLong()))
                                    .toString()
                            : "-",
                    version.has("endedAt") ? FunctionText.time(version, "endedAt") : "-",
                    version.path("verdict").asText("-"));
        }
        table.print(terminal);
        for (JsonNode version : answer.path("versions")) {
            String number = "version " + version.path("version").asText() + ": ";
            version.path("findings").forEach(finding -> terminal.note(number + finding.asText()));
            version.path("causes").forEach(cause -> terminal.note(number + cause.asText()));
            if (version.has("failure")) {
                terminal.note(number + version.path("failure").asText());
            }
        }
    }
}

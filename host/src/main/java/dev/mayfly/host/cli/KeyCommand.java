package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.IssuedKey;
import dev.mayfly.client.KeyRequest;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.quantity.TimeSpan;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly key}. */
@Command(
        name = "key",
        description = {
            "Make, list, rotate and revoke API keys.",
            "A key has permissions, each a scope (admin, deploy, read, invoke) for functions whose names match a pattern.",
            "The key itself is printed once, on standard output; the host keeps only its hash."
        },
        footer = {
            "  mayfly key create --label ci --allow 'deploy:orders-*' --ttl 90d",
            "  mayfly key list",
            "  mayfly key rotate 5d1f0c9a7be2 --overlap 1h",
            "  mayfly key revoke 5d1f0c9a7be2"
        })
final class KeyCommand extends NounCommand {
    KeyCommand(CommandContext context) {
        super(context);
    }

    @Command(name = "create", description = "Make a key.")
    int create(
            @Option(names = "--label", required = true, description = "What the audit log is to call it.") String label,
            @Option(
                            names = "--allow",
                            required = true,
                            paramLabel = "SCOPE[:PATTERN]",
                            description = "What it permits; may be repeated.")
                    List<String> permissions,
            @Option(
                            names = "--ttl",
                            paramLabel = "TIME",
                            description = "How long it is valid (default: until it is revoked).")
                    @Nullable
                    TimeSpan ttl,
            @Option(names = "--host-wide", description = "For all tenants, and for what is the operator's.")
                    boolean hostWide,
            @Mixin HostOption host,
            @Mixin OutputOption output) {
        Long ttlMs = ttl == null ? null : (Long) ttl.duration().toMillis();
        try (MayflyClient client = host.client(context)) {
            print(terminal, output, client.createKey(new KeyRequest(label, permissions, ttlMs, hostWide)));
        }
        return ExitCode.OK;
    }

    @Command(name = "rotate", description = "Make a key in the place of another, which goes on for a while.")
    int rotate(
            @Parameters(paramLabel = "ID", description = "The old key's id.") String id,
            @Option(
                            names = "--overlap",
                            paramLabel = "TIME",
                            defaultValue = "1h",
                            description = "How long the old one is still valid (default: ${DEFAULT-VALUE}).")
                    TimeSpan overlap,
            @Mixin HostOption host,
            @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            print(terminal, output, client.rotateKey(id, overlap.duration()));
        }
        return ExitCode.OK;
    }

    /** The key on standard output, so that it can be piped, and what there is to know of it beside. */
    static void print(Terminal terminal, OutputOption output, IssuedKey issued) {
        output.print(terminal, issued, key -> {
            terminal.note("id " + key.path("id").asText() + ", " + permissions(key)
                    + (key.has("endsAt") ? ", until " + FunctionText.time(key, "endsAt") : "")
                    + "; it is shown this once:");
            terminal.out().println(key.path("key").asText());
        });
    }

    private static String permissions(JsonNode key) {
        return StreamSupport.stream(key.path("permissions").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(" "));
    }

    @Command(name = "revoke", description = "End a key now.")
    int revoke(@Parameters(paramLabel = "ID", description = "The key's id.") String id, @Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.revokeKey(id);
        }
        terminal.note(id + " is revoked");
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List the keys, those that ended in the last days among them.")
    int list(@Mixin HostOption host, @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("keys", client.listKeys()), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        Table table = new Table("ID", "LABEL", "TENANT", "PERMISSIONS", "STATE", "CREATED", "ENDS");
        for (JsonNode key : answer.path("keys")) {
            table.row(
                    key.path("id").asText(),
                    Terminal.printable(key.path("label").asText()),
                    key.path("hostWide").asBoolean() ? "*" : key.path("tenant").asText(),
                    permissions(key),
                    key.path("state").asText(),
                    FunctionText.time(key, "createdAt"),
                    key.has("endsAt") ? FunctionText.time(key, "endsAt") : "-");
        }
        table.print(terminal);
    }
}

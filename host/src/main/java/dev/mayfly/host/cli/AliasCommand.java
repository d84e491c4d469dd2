package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.AliasRequest;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly alias}. */
@Command(
        name = "alias",
        description = {
            "Show a function's aliases and their history, or point one to a version.",
            "Calls of NAME get what live points to, calls of NAME@ALIAS what that alias points to."
        },
        footer = {
            "  mayfly alias hello                         all of them",
            "  mayfly alias hello live                    one, with its history",
            "  mayfly alias hello staging 8               point one to a version",
            "  mayfly alias hello live 7=95 8=5           to two, with a share of the calls each",
            "  mayfly alias hello staging --remove"
        })
final class AliasCommand extends StandardCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ALIAS",
            description = "The alias; live is what plain calls get.")
    private @Nullable String alias;

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "VERSION[=WEIGHT]",
            description = "What to point it to; a weight is a share of the sum of all (default: 100).")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--sticky",
            paramLabel = "cookie:NAME|header:NAME",
            description = "What keeps a caller on one of several versions (default: each call draws).")
    private @Nullable String sticky;

    @Option(names = "--remove", description = "Remove the alias; its versions stay.")
    private boolean remove;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    AliasCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            String alias = this.alias;
            if (alias == null) {
                output.print(terminal, Map.of("aliases", client.listAliases(name)), this::printAll);
            } else if (remove) {
                client.removeAlias(name, alias);
                terminal.note("alias " + alias + " of " + name + " is removed");
            } else if (targets.isEmpty()) {
                output.print(terminal, client.showAlias(name, alias), this::printOne);
            } else {
                output.print(terminal, client.moveAlias(name, alias, request()), this::printOne);
            }
        }
        return ExitCode.OK;
    }

    private AliasRequest request() {
        List<Target> wanted = new ArrayList<>();
        for (String target : targets) {
            int equals = target.indexOf('=');
            int version = number(equals < 0 ? target : target.substring(0, equals), target);
            wanted.add(
                    equals < 0
                            ? Target.of(version)
                            : new Target(version, number(target.substring(equals + 1), target)));
        }
        return new AliasRequest(wanted, sticky, null);
    }

    private static int number(String digits, String target) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + target + "' is no target", "write a version, or VERSION=WEIGHT: 7=95 8=5");
        }
    }

    private void printAll(JsonNode answer) {
        Table table = new Table("ALIAS", "VERSIONS", "STICKY", "ROLLOUT", "UPDATED");
        for (JsonNode row : answer.path("aliases")) {
            table.row(
                    row.path("name").asText(),
                    FunctionText.targets(row.path("targets")),
                    row.path("sticky").asText("-"),
                    FunctionText.rollout(row.path("rollout")),
                    FunctionText.time(row, "updatedAt"));
        }
        table.print(terminal);
    }

    private void printOne(JsonNode answer) {
        terminal.note(FunctionText.alias(name, answer));
        Table table = new Table("WHEN", "VERSIONS", "WHY");
        for (JsonNode change : answer.path("history")) {
            table.row(
                    FunctionText.time(change, "at"),
                    FunctionText.targets(change.path("targets")),
                    change.path("reason").asText());
        }
        table.print(terminal);
    }
}

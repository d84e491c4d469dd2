package dev.mayfly.host.cli;

import dev.mayfly.client.AliasRequest;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.RolloutRule;
import dev.mayfly.client.Target;
import dev.mayfly.host.quantity.Share;
import dev.mayfly.host.quantity.TimeSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly canary}. */
@Command(
        name = "canary",
        description = {
            "Give a version a share of the calls, beside the one that live points to.",
            "With --promote-after the host judges it: it gets all calls when it kept the rule for so long, and none as soon as it",
            "broke it. Without, mayfly alias NAME live VERSION promotes it, and mayfly rollback NAME takes it back."
        },
        footer = {
            "  mayfly deploy hello.wasm --alias next        a version that gets no plain calls yet",
            "  mayfly canary hello 8 --weight 5 --sticky cookie:session",
            "  mayfly canary hello 8 --weight 5 --promote-after 10min --error-rate-max 1% --p99-max 50ms"
        })
final class CanaryCommand extends StandardCommand {
    private static final int ALL = 100;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Parameters(index = "1", paramLabel = "VERSION", description = "The version to try.")
    private int version;

    @Option(names = "--weight", paramLabel = "PERCENT", required = true, description = "Of the calls, 1 to 99.")
    private int weight;

    @Option(
            names = "--sticky",
            paramLabel = "cookie:NAME|header:NAME",
            description = "What keeps a caller on one of the two (default: each call draws).")
    private @Nullable String sticky;

    /** How it is judged. */
    private static final class Rule {
        @Option(
                names = "--promote-after",
                paramLabel = "TIME",
                required = true,
                description = "How long it has to keep the rule to get all calls, such as 10min.")
        @SuppressWarnings("NullAway.Init") // It is required.
        private TimeSpan promoteAfter;

        @Option(
                names = "--error-rate-max",
                paramLabel = "SHARE",
                description = "Of its calls that may fail (default: ${DEFAULT-VALUE}).")
        private Share errorRateMax = Share.parse("1%");

        @Option(names = "--p99-max", paramLabel = "TIME", description = "That 99 of 100 calls may take (default: any).")
        private @Nullable TimeSpan p99Max;

        @Option(
                names = "--calls-min",
                paramLabel = "COUNT",
                description = "Before it is judged at all (default: ${DEFAULT-VALUE}).")
        private int callsMin = 100;
    }

    @ArgGroup(exclusive = false)
    private @Nullable Rule rule;

    @Mixin
    private final HostOption host = new HostOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    CanaryCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        if (weight < 1 || weight >= ALL) {
            throw new CommandFailure(ExitCode.USAGE, "--weight " + weight + " is out of range: 1 to 99");
        }
        try (MayflyClient client = host.client(context)) {
            int stable = client.showAlias(name, "live").targets().getFirst().version();
            if (stable == version) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "live points to version " + version + " already",
                        "see: mayfly versions " + name);
            }
            output.print(
                    terminal,
                    client.moveAlias(name, "live", request(stable)),
                    answer -> terminal.note(FunctionText.alias(name, answer)));
        }
        return ExitCode.OK;
    }

    private AliasRequest request(int stable) {
        Rule rule = this.rule;
        TimeSpan p99Max = rule == null ? null : rule.p99Max;
        return new AliasRequest(
                List.of(new Target(stable, ALL - weight), new Target(version, weight)),
                sticky,
                rule == null
                        ? null
                        : new RolloutRule(
                                version,
                                rule.promoteAfter.duration().toMillis(),
                                rule.errorRateMax.ofOne(),
                                p99Max == null
                                        ? null
                                        : (double) p99Max.duration().toMillis(),
                                rule.callsMin));
    }
}

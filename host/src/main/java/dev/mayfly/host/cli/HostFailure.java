package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClientException;
import dev.mayfly.client.Problem;
import dev.mayfly.host.config.HostSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How it is shown that a host refuses or doesn't answer, and what to do about it. */
final class HostFailure {
    private static final String DEADLINE = "deadline-exceeded";

    private HostFailure() {}

    static CommandFailure of(MayflyClientException failure) {
        String sentence = String.valueOf(failure.getMessage());
        return switch (failure) {
            case MayflyClientException.Refused refused -> of(refused.undone(), refused.problem());
            case MayflyClientException.Unreachable lost
            when lost.wasConnected() ->
                new CommandFailure(
                        ExitCode.UNREACHABLE,
                        sentence,
                        "see whether the host still runs, and at /observe/health how it is");
            case MayflyClientException.Unreachable _ ->
                new CommandFailure(
                        ExitCode.UNREACHABLE,
                        sentence,
                        "start one with: mayfly serve",
                        "or name another with --host URL or $MAYFLY_HOST");
            case MayflyClientException.TimedOut _ ->
                new CommandFailure(ExitCode.TIMED_OUT, sentence, "look at its log, and at /observe/health how it is");
            case MayflyClientException.NoHost _ ->
                new CommandFailure(ExitCode.FAILED, sentence, "see whether --host and $MAYFLY_HOST name a Mayfly host");
            case MayflyClientException.Interrupted _ -> new CommandFailure(ExitCode.FAILED, sentence);
        };
    }

    /**
     * What a host refused.
     *
     * @param undone the beginning of a sentence: {@code hello was not deployed}
     */
    static CommandFailure of(String undone, Problem problem) {
        String detail = problem.detail();
        String trap = problem.trap();
        String limit = problem.limit();
        List<String> lines = new ArrayList<>();
        detail.lines()
                .map(String::stripTrailing)
                .map(Terminal::printable)
                .filter(line -> !line.isEmpty())
                .forEach(lines::add);
        // The detail may list them already, which is no reason to show them twice.
        problem.imports().stream().filter(line -> !detail.contains(line)).forEach(line -> lines.add("  " + line));
        if (trap != null && !detail.contains(trap)) {
            lines.add("trap: " + trap);
        }
        if (limit != null) {
            String option = HostSettings.optionOfLimit(limit);
            lines.add("limit: " + limit
                    + (option == null ? "" : "; the host's is set by: mayfly serve " + option + " VALUE"));
        }
        if (problem.retryAfterSeconds() > 0) {
            lines.add("try again in " + problem.retryAfterSeconds() + " s");
        }
        String next = nextStep(problem);
        if (next != null) {
            lines.add(next);
        }
        if (problem.instance() != null) {
            lines.add("invocation: " + problem.instance());
        }
        return new CommandFailure(
                problem.slug().equals(DEADLINE) ? ExitCode.TIMED_OUT : ExitCode.FAILED,
                undone + ": " + problem.title(),
                lines);
    }

    private static @Nullable String nextStep(Problem problem) {
        return switch (problem.slug()) {
            case "unauthenticated" ->
                "say which key to send: --key @FILE or $MAYFLY_KEY; the operator's is admin.key in the host's data folder";
            case "permission-denied" -> "who has an admin key makes one that may: mayfly key create --allow SCOPE:NAME";
            case "not-found" -> "mayfly list shows what is deployed";
            case "invalid-name" ->
                "a name is 1 to 63 lower-case letters, digits and dashes, with no dash at either end";
            case "not-a-component" ->
                "deploy takes a WebAssembly component, a core module built with wit-bindgen, or the text of either";
            case "unknown-binding" -> "mayfly bindings shows what the host has; its mayfly.yaml declares them";
            case "host-failed" -> "the host's log has the cause";
            default -> null;
        };
    }
}

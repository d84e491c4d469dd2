package dev.mayfly.host.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code mayfly bench}, which is in the help but not in this program: the launcher runs the benchmarks, which come with the sources. */
@Command(
        name = "bench",
        description = "Measure Mayfly on this machine, beside others; from the source tree.",
        footer = {
            "  ./mayfly bench fresh                    a fresh instance and a call, against other engines",
            "  ./mayfly bench http                     the HTTP server, against one that runs no function",
            "  ./mayfly bench functions                10,000 of them",
            "  ./mayfly bench warmup                   a function that starts from a snapshot, beside itself without",
            "  ./mayfly bench worlds                   functions built for other hosts, beside those for this one",
            "  ./mayfly bench fresh --quick --json FILE"
        })
final class BenchCommand extends StandardCommand {
    // Taken, so that whoever gives some gets to know what is really wrong.
    @Unmatched
    List<String> arguments = new ArrayList<>();

    BenchCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        throw new CommandFailure(
                ExitCode.TOOL_MISSING,
                "the benchmarks are not part of this program",
                "run them with the launcher in the source tree: ./mayfly bench");
    }
}

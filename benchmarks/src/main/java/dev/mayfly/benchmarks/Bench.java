package dev.mayfly.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the benchmarks: {@code ./mayfly bench …}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Mayfly, on a machine that is otherwise quiet.",
        subcommands = {
            FreshCommand.class,
            HttpCommand.class,
            HostCallsCommand.class,
            FunctionsCommand.class,
            DeploysCommand.class,
            PartsCommand.class,
            WarmupCommand.class,
            WorldsCommand.class,
            SoakCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured",
            "1:a benchmark failed, a request did, or something is missing after the soak; a missed target is none of these",
            "2:wrong usage",
            "3:a tool is missing"
        })
public final class Bench {
    static final int EXIT_TOOL_MISSING = 3;

    /** See {@code --help}. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Bench()).setExecutionExceptionHandler((failure, command, result) -> {
            System.err.println("bench: " + failure.getMessage());
            return 1;
        });
    }
}

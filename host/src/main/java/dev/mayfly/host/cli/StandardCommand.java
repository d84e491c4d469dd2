package dev.mayfly.host.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command has in common: the layout of its help, the exit codes, {@code --help}, and what it has around it. */
@Command(
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: the host said no, or the function did",
            "2:the command line is wrong",
            "3:something is missing on this machine; the message says what to install",
            "4:no host answers",
            "5:out of time"
        },
        footerHeading = "%nExamples:%n",
        usageHelpWidth = 100,
        abbreviateSynopsis = true,
        sortOptions = false)
abstract class StandardCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = Integer.MAX_VALUE, // Last in every list.
            description = "Show this help.")
    boolean help;

    final CommandContext context;
    final Terminal terminal;

    StandardCommand(CommandContext context) {
        this.context = context;
        this.terminal = context.terminal();
    }

    /**
     * Does it.
     *
     * @return one of {@link ExitCode}
     * @throws CommandFailure when it can't be done
     */
    @Override
    public abstract Integer call() throws IOException;
}

package dev.mayfly.host.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code mayfly completion}. */
@Command(
        name = "completion",
        description = "Print a script that lets the shell complete mayfly's commands and options.",
        footer = {
            "  source <(mayfly completion bash)                 in ~/.bashrc",
            "  source <(mayfly completion zsh)                  in ~/.zshrc",
            "  mayfly completion bash > /etc/bash_completion.d/mayfly"
        })
final class CompletionCommand extends StandardCommand {
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    // One script is for both: it finds out which shell reads it.
    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings({"NullAway.Init", "unused"}) // It is required.
    private Shell shell;

    CompletionCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        terminal.out().print(AutoComplete.bash("mayfly", Main.commandLine(context)));
        terminal.out().flush();
        return ExitCode.OK;
    }
}

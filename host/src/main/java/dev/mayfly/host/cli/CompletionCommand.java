package dev.mayfly.host.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code mayfly completion}. */
@Command(
        name = "completion",
        description = "Print a script that lets the shell complete mayfly's commands and options.",
        footer = {
            "  source <(mayfly completion bash)                 in ~/.bashrc",
            "  source <(mayfly completion zsh)                  in ~/.zshrc",
            "  mayfly completion fish | source                  in ~/.config/fish/config.fish",
            "  mayfly completion bash > /etc/bash_completion.d/mayfly"
        })
final class CompletionCommand extends StandardCommand {
    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init") // It is required.
    private Shell shell;

    CompletionCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        CommandLine line = Main.commandLine(context);
        terminal.out()
                .print(
                        switch (shell) {
                            // One script is for both: it finds out which of them reads it.
                            case BASH, ZSH -> AutoComplete.bash("mayfly", line);
                            case FISH -> FishCompletion.script("mayfly", line);
                        });
        terminal.out().flush();
        return ExitCode.OK;
    }
}

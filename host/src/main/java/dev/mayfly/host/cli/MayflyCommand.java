package dev.mayfly.host.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is said when no command is named. */
@Command(
        name = "mayfly",
        description = "Mayfly runs WebAssembly functions, each call in a fresh instance.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.Provider.class,
        footer = {
            "  mayfly dev examples/hello               build, serve, and redeploy on every change",
            "  mayfly serve                            run a host on http://127.0.0.1:7373",
            "  mayfly deploy hello.wasm                upload a function",
            "  mayfly invoke hello /Ada                call it",
            "  mayfly help deploy                      everything about one command",
        })
final class MayflyCommand extends StandardCommand {
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    boolean version;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    MayflyCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}

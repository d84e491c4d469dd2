package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code mayfly manifest}. */
@Command(
        name = "manifest",
        description = "Check a function's mayfly.toml, or print the JSON Schema of all.",
        footer = {
            "  mayfly manifest check examples/hello",
            "  mayfly manifest schema > mayfly-manifest.schema.json    for editors"
        })
final class ManifestCommand extends NounCommand {
    static final String SCHEMA = "mayfly-manifest.schema.json";

    private ManifestCommand(CommandContext context) {
        super(context);
    }

    static CommandLine line(CommandContext context) {
        return new CommandLine(new ManifestCommand(context))
                .addSubcommand(new Check(context))
                .addSubcommand(new Schema(context));
    }

    /** {@code mayfly manifest check}. */
    @Command(
            name = "check",
            description = "Say everything that is wrong with a manifest, each with its place. Needs no host.",
            footer = "  mayfly manifest check examples/hello")
    static final class Check extends StandardCommand {
        @Parameters(
                paramLabel = "FOLDER",
                defaultValue = ".",
                description = "The function's folder (default: this one).")
        @SuppressWarnings("NullAway.Init") // It has a default.
        private Path folder;

        Check(CommandContext context) {
            super(context);
        }

        @Override
        public Integer call() {
            FunctionManifest manifest = FunctionManifest.read(folder);
            manifest.warnings().forEach(terminal::note);
            terminal.out().println(manifest.file() + ": nothing is wrong");
            return ExitCode.OK;
        }
    }

    /** {@code mayfly manifest schema}. */
    @Command(
            name = "schema",
            description = "Print the JSON Schema (2020-12) of mayfly.toml.",
            footer = "  mayfly manifest schema > mayfly-manifest.schema.json")
    static final class Schema extends StandardCommand {
        Schema(CommandContext context) {
            super(context);
        }

        @Override
        public Integer call() throws IOException {
            terminal.out().print(schema());
            return ExitCode.OK;
        }
    }

    /** The text that {@code mayfly manifest schema} prints. */
    static String schema() throws IOException {
        try (InputStream in = ManifestCommand.class.getResourceAsStream(SCHEMA)) {
            if (in == null) {
                throw new MayflyException.Internal("the resource " + SCHEMA + " is missing from this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package dev.mayfly.host.cli;

import dev.mayfly.host.Limits;
import dev.mayfly.host.cli.Inspection.Import;
import dev.mayfly.host.cli.Inspection.State;
import dev.mayfly.host.config.ConfigProblem;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.hostinterfaces.BindingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mayfly inspect}. */
@Command(
        name = "inspect",
        description = {
            "Say what a component is and needs, and what a deploy would do with it.",
            "It is compiled and linked as by a host, and not deployed. The exit code is 0 when a deploy would accept it, 1 when not."
        },
        footer = {
            "  mayfly inspect hello.wasm",
            "  mayfly inspect hello.wasm && mayfly deploy hello.wasm",
            "  mayfly inspect hello.wasm --output json | jq '.imports[] | select(.binding)'"
        })
final class InspectCommand extends StandardCommand {
    private static final int LABEL_LENGTH = 14;

    @Parameters(paramLabel = "FILE", description = "A component, a core module, or the text of either.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private Path file;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The host's settings, for its limits (default: $MAYFLY_CONFIG, else mayfly.yaml in the data folder, if there is one).")
    private @Nullable Path configFile;

    @Mixin
    private final OutputOption output = new OutputOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    InspectCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        ServerLog.configure();
        if (Files.isDirectory(file)) {
            throw new CommandFailure(ExitCode.FAILED, file + " is a folder: name the component that its build makes");
        }
        if (!Files.isReadable(file)) {
            throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + file);
        }
        Inspection found = inspect(limits());
        if (output.isJson()) {
            terminal.out().println(Json.pretty(found.json()));
        } else {
            print(found);
        }
        return found.isAccepted() ? ExitCode.OK : ExitCode.FAILED;
    }

    private Limits limits() {
        HostConfiguration configuration = HostOptions.read(spec, configFile, context);
        List<ConfigProblem> problems = configuration.problems();
        if (!problems.isEmpty()) {
            throw new CommandFailure(ExitCode.FAILED, problems.getFirst().toString(), "see: mayfly config check");
        }
        return configuration.config().limits();
    }

    private Inspection inspect(Limits limits) {
        try {
            return new Inspector(limits).inspect(file);
        } catch (IOException failure) {
            throw new CommandFailure(ExitCode.FAILED, file + " can't be inspected: " + failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }

    private void print(Inspection found) {
        String madeFrom = found.description().madeFrom();
        line("kind", found.outline().kind().label());
        line("made from", madeFrom);
        line("worlds", found.worlds().stream().map(World::label).collect(Collectors.joining(", ")));
        line("size", new ByteSize(found.componentBytes()) + compiled(found));
        line(
                "memory",
                found.outline().memories().stream()
                        .map(memory -> new ByteSize(memory.bytes()) + " at first, "
                                + new ByteSize(found.bytesMax(memory)) + " at most")
                        .collect(Collectors.joining("; ")));
        found.outline().producers().forEach((field, tools) -> line(field, String.join(", ", tools)));
        printImports(found.imports());
        terminal.out()
                .println(
                        found.refusal() == null
                                ? "a deploy would accept it"
                                : "a deploy would refuse it: " + Terminal.printable(found.refusal()));
    }

    private static String compiled(Inspection found) {
        return found.artifact() == null
                ? ""
                : ", compiled " + new ByteSize(found.artifact().bytes());
    }

    private void line(String label, String value) {
        if (!value.isEmpty()) {
            String text = Terminal.printable(label);
            terminal.out()
                    .println(text + " ".repeat(Math.max(1, LABEL_LENGTH - text.length())) + Terminal.printable(value));
        }
    }

    /** A line an interface; one for each item that is missing. */
    private void printImports(List<Import> imports) {
        if (imports.isEmpty()) {
            return;
        }
        Map<List<String>, Integer> counts = new LinkedHashMap<>();
        for (Import item : imports) {
            String name = item.state() == State.MISSING ? item.name() : item.interfaceName();
            counts.merge(List.of(name, text(item)), 1, Integer::sum);
        }
        Table table = new Table("IMPORT", "ITEMS", "STATE");
        counts.forEach((row, count) -> table.row(row.get(0), count.toString(), row.get(1)));
        table.print(terminal);
    }

    private static String text(Import item) {
        BindingKind binding = item.binding();
        if (binding != null) {
            return "needs a binding (" + binding.label() + "), in mayfly.toml: " + Inspection.manifestLine(binding);
        }
        return item.state() == State.MISSING
                ? Terminal.printable("missing: " + item.problem())
                : item.state().label();
    }
}

package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.host.bindings.BindingsFile;
import dev.mayfly.host.config.ConfigProblem;
import dev.mayfly.host.config.HostConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mayfly config}. */
@Command(
        name = "config",
        description = {
            "Check or show what a host would be started with here.",
            "Options are over mayfly.… system properties, those over MAYFLY_… variables, and those over mayfly.yaml."
        },
        footer = {
            "  mayfly config check                     the mayfly.yaml that mayfly serve would read",
            "  mayfly config check /etc/mayfly.yaml    another one",
            "  mayfly config show > mayfly.yaml        a file to start from"
        })
final class ConfigCommand extends NounCommand {
    private ConfigCommand(CommandContext context) {
        super(context);
    }

    /** With its subcommands, which have options of their own. */
    static CommandLine line(CommandContext context) {
        return new CommandLine(new ConfigCommand(context))
                .addSubcommand(HostOptions.on(new Check(context)))
                .addSubcommand(HostOptions.on(new Show(context)));
    }

    /** What both have. */
    abstract static class Reading extends StandardCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description =
                        "The file (default: $MAYFLY_CONFIG, else mayfly.yaml in the data folder, if there is one).")
        private @Nullable Path file;

        @Option(names = "--config", paramLabel = "FILE", description = "The same, as mayfly serve has it.")
        private @Nullable Path configFile;

        @Mixin
        final OutputOption output = new OutputOption();

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it.
        private CommandSpec spec;

        Reading(CommandContext context) {
            super(context);
        }

        HostConfiguration read() {
            ServerLog.configure();
            return HostOptions.read(spec, file == null ? configFile : file, context);
        }

        List<ConfigProblem> problems(HostConfiguration configuration) {
            List<ConfigProblem> problems = new ArrayList<>(configuration.problems());
            Path read = configuration.file();
            if (read != null) {
                BindingsFile.check(read, configuration.bindings(), context.environment())
                        .forEach(wrong -> problems.add(ConfigProblem.of(wrong)));
            }
            return problems;
        }

        void print(List<ConfigProblem> problems) {
            problems.forEach(problem -> terminal.note(terminal.err(Terminal.Emphasis.RED, "mayfly:") + " " + problem));
        }
    }

    /** {@code mayfly config check}. */
    @Command(
            name = "check",
            description = {
                "Say everything that is wrong, each with its place.",
                "Whether files, servers and ports are there shows when the host starts."
            },
            footer = {"  mayfly config check mayfly.yaml && systemctl restart mayfly"})
    static final class Check extends Reading {
        Check(CommandContext context) {
            super(context);
        }

        @Override
        public Integer call() {
            HostConfiguration configuration = read();
            List<ConfigProblem> problems = problems(configuration);
            String what = configuration.file() == null
                    ? "no mayfly.yaml"
                    : configuration.file().toString();
            if (output.isJson()) {
                ObjectNode answer = Json.object().put("file", configuration.file() == null ? null : what);
                ArrayNode listed = answer.putArray("problems");
                problems.forEach(problem -> listed.addObject()
                        .put("source", problem.origin().label())
                        .put("place", problem.place())
                        .put("message", problem.sentence()));
                terminal.out().println(Json.pretty(answer));
            } else if (problems.isEmpty()) {
                terminal.out().println(what + ": nothing is wrong");
            } else {
                print(problems);
            }
            return problems.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** {@code mayfly config show}. */
    @Command(
            name = "show",
            description = {
                "Print everything a host would be started with, and where each value comes from.",
                "The text is a mayfly.yaml. What is or may be a secret is not shown."
            },
            footer = {"  mayfly config show --output json | jq '.settings[] | select(.source != \"default\")'"})
    static final class Show extends Reading {
        Show(CommandContext context) {
            super(context);
        }

        @Override
        public Integer call() {
            HostConfiguration configuration = read();
            List<ConfigProblem> problems = problems(configuration);
            ConfigText text = new ConfigText(configuration);
            terminal.out().print(output.isJson() ? Json.pretty(text.json()) + "\n" : text.yaml());
            print(problems);
            return problems.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}

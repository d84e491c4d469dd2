package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClientException;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.Share;
import dev.mayfly.host.quantity.TimeSpan;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code mayfly} command. */
public final class Main {
    private static final List<String> COMMANDS = List.of(
            "serve",
            "dev",
            "deploy",
            "invoke",
            "inspect",
            "manifest",
            "list",
            "show",
            "versions",
            "alias",
            "canary",
            "rollback",
            "warmup",
            "remove",
            "bindings",
            "config",
            "events",
            "key",
            "token",
            "tenant",
            "secret",
            "audit",
            "calls",
            "logs",
            "top",
            "health",
            "metrics",
            "openapi",
            "completion",
            "bench",
            "version",
            "help",
            "training-run");

    private static final String STACK_TRACE = "MAYFLY_STACKTRACE";

    private Main() {}

    /** Runs one command and ends the process with its {@linkplain ExitCode exit code}. */
    public static void main(String... arguments) {
        CommandContext context = new CommandContext(Terminal.ofProcess(), StopSignal.ofProcess(), System.getenv());
        System.exit(run(context, arguments));
    }

    /** Runs one command and answers with its exit code; never throws. */
    static int run(CommandContext context, String... arguments) {
        Terminal terminal = context.terminal();
        // Building a command's model costs some 10 ms: where the first argument names one, the others aren't built.
        boolean named = arguments.length > 0 && COMMANDS.contains(arguments[0]) && !arguments[0].equals("help");
        CommandLine line = commandLine(context, named ? List.of(arguments[0]) : COMMANDS);
        line.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
        line.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.outColours() ? Ansi.ON : Ansi.OFF));
        // An @ at the front is for invoke -d @FILE.
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(wrongUsage(terminal));
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(context, failure));
        return line.execute(arguments);
    }

    /** With all commands. */
    static CommandLine commandLine(CommandContext context) {
        return commandLine(context, COMMANDS);
    }

    private static CommandLine commandLine(CommandContext context, List<String> names) {
        CommandLine line = new CommandLine(new MayflyCommand(context));
        for (String name : names) {
            line.addSubcommand(name, command(name, context));
        }
        registerConverters(line);
        return line;
    }

    /** Lets options be what picocli knows nothing of. */
    static void registerConverters(CommandLine line) {
        line.registerConverter(ByteSize.class, converter(ByteSize::parse));
        line.registerConverter(TimeSpan.class, converter(TimeSpan::parse));
        line.registerConverter(Share.class, converter(Share::parse));
        line.registerConverter(OutputOption.Format.class, OutputOption.Format::parse);
    }

    /** Has picocli say what the parser says. */
    private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
    }

    private static Object command(String name, CommandContext context) {
        return switch (name) {
            case "serve" -> HostOptions.on(new ServeCommand(context));
            case "dev" -> new DevCommand(context);
            case "deploy" -> new DeployCommand(context);
            case "invoke" -> new InvokeCommand(context);
            case "inspect" -> new InspectCommand(context);
            case "manifest" -> ManifestCommand.line(context);
            case "list" -> new ListCommand(context);
            case "show" -> new ShowCommand(context);
            case "versions" -> new VersionsCommand(context);
            case "alias" -> new AliasCommand(context);
            case "canary" -> new CanaryCommand(context);
            case "rollback" -> new RollbackCommand(context);
            case "warmup" -> new WarmupCommand(context);
            case "remove" -> new RemoveCommand(context);
            case "bindings" -> new BindingsCommand(context);
            case "config" -> ConfigCommand.line(context);
            case "events" -> new EventsCommand(context);
            case "key" -> new KeyCommand(context);
            case "token" -> new TokenCommand(context);
            case "tenant" -> new TenantCommand(context);
            case "secret" -> new SecretCommand(context);
            case "audit" -> new AuditCommand(context);
            case "calls" -> new CallsCommand(context);
            case "logs" -> new LogsCommand(context);
            case "top" -> new TopCommand(context);
            case "health" -> new HealthCommand(context);
            case "metrics" -> new MetricsCommand(context);
            case "openapi" -> new OpenApiCommand(context);
            case "completion" -> new CompletionCommand(context);
            case "bench" -> new BenchCommand(context);
            case "training-run" -> new TrainingCommand(context);
            case "version" -> new VersionCommand(context);
            case "help" -> new CommandLine.HelpCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static IParameterExceptionHandler wrongUsage(Terminal terminal) {
        return (wrong, arguments) -> {
            CommandLine command = wrong.getCommandLine();
            new CommandFailure(ExitCode.USAGE, String.valueOf(wrong.getMessage())).print(terminal);
            UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
            terminal.note("  see: " + command.getCommandSpec().qualifiedName() + " --help");
            return ExitCode.USAGE;
        };
    }

    private static int failed(CommandContext context, Exception failure) {
        boolean traced = !context.environment().getOrDefault(STACK_TRACE, "").isEmpty();
        CommandFailure explained = switch (failure) {
            case CommandFailure expected -> expected;
            case MayflyClientException host -> HostFailure.of(host);
            case MayflyException.NotInstalled missing -> new CommandFailure(ExitCode.TOOL_MISSING, message(missing));
            case MayflyException refused -> new CommandFailure(ExitCode.FAILED, message(refused));
            default ->
                new CommandFailure(
                        ExitCode.FAILED,
                        "a bug of Mayfly's: " + failure,
                        "to see where, run this again with " + STACK_TRACE + "=1 in the environment");
        };
        explained.print(context.terminal());
        if (traced) {
            failure.printStackTrace(context.terminal().err());
        }
        return explained.exitCode();
    }

    private static String message(MayflyException failure) {
        return String.valueOf(failure.getMessage());
    }
}

package dev.mayfly.host.cli;

import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.config.HostSettings;
import dev.mayfly.host.config.Setting;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * An option for each of the host's settings. Their values are read where those of the file, of variables and of properties are, so that all are
 * written and refused alike.
 */
final class HostOptions {
    /** What {@code --data-folder} is called as well. */
    private static final String DATA = "--data";

    private record Group(String section, String heading) {}

    private static final List<Group> GROUPS = List.of(
            new Group("", "The host"),
            new Group("listen", "Calls"),
            new Group("admin", "The admin API"),
            new Group("tls", "TLS"),
            new Group("observe", "What is told of calls"),
            new Group("limits", "Limits"));

    private HostOptions() {}

    /** A command with them. */
    static CommandLine on(StandardCommand command) {
        CommandLine line = new CommandLine(command);
        GROUPS.forEach(group -> line.getCommandSpec().addArgGroup(spec(group)));
        return line;
    }

    private static ArgGroupSpec spec(Group group) {
        ArgGroupSpec.Builder spec = ArgGroupSpec.builder()
                .exclusive(false)
                .multiplicity("0..*")
                .order(GROUPS.indexOf(group))
                .heading("%n" + group.heading() + ":%n");
        HostSettings.known().stream()
                .filter(setting -> setting.section().equals(group.section()))
                .forEach(setting -> spec.addArg(option(setting)));
        if (group.section().equals("limits")) {
            spec.addArg(entries(
                    HostSettings.FUNCTION_DEFAULTS,
                    "LIMIT=VALUE",
                    "What a function has whose deployment doesn't say, such as memory-bytes=16MiB,queue-length=100."));
            spec.addArg(entries(
                    HostSettings.TENANT_WEIGHTS,
                    "TENANT=WEIGHT",
                    "Tenants' parts of a host that is nearly full, such as acme=3; 1 where none is given."));
        }
        return spec.build();
    }

    private static OptionSpec option(Setting<?> setting) {
        String usual = setting.defaultText();
        OptionSpec.Builder option = setting.option().equals("--data-folder")
                ? OptionSpec.builder(DATA, setting.option())
                : OptionSpec.builder(setting.option());
        if (setting.isFlag()) {
            return option.arity("0")
                    .type(boolean.class)
                    .description(
                            setting.isSwitchedOff()
                                    ? "Do not "
                                            + setting.description()
                                                    .substring(0, 1)
                                                    .toLowerCase(Locale.ROOT)
                                            + setting.description().substring(1)
                                    : setting.description())
                    .build();
        }
        return option.arity("1")
                .type(String.class)
                .paramLabel(setting.label())
                .description(
                        usual == null
                                ? setting.description()
                                : setting.description().replaceFirst("\\.$", "") + " (default: " + usual + ").")
                .build();
    }

    /** May be repeated. */
    private static OptionSpec entries(String section, String label, String description) {
        return OptionSpec.builder("--" + section)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** What was given on the command line, by the settings' keys. */
    private static Map<String, String> given(ParseResult parsed) {
        Map<String, String> keys = new TreeMap<>();
        HostSettings.known().forEach(setting -> keys.put(setting.option(), setting.key()));
        keys.put("--" + HostSettings.FUNCTION_DEFAULTS, HostSettings.FUNCTION_DEFAULTS);
        keys.put("--" + HostSettings.TENANT_WEIGHTS, HostSettings.TENANT_WEIGHTS);
        Map<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            String name = option.longestName();
            String key = keys.get(name);
            if (key != null) {
                given.put(key, name.startsWith("--no-") ? "false" : text(option));
            }
        }
        return given;
    }

    private static String text(OptionSpec option) {
        List<String> texts = option.originalStringValues();
        if (texts.size() > 1 && !option.isMultiValue()) {
            throw new CommandFailure(ExitCode.USAGE, option.longestName() + " is given more than once");
        }
        return String.join(",", texts);
    }

    /**
     * Everything that is said to a host started by this command, in this environment.
     *
     * @param file that the command line names, or null
     */
    static HostConfiguration read(CommandSpec command, @Nullable Path file, CommandContext context) {
        return HostConfiguration.read(new HostConfiguration.Sources(
                file,
                context.environment(),
                texts(System.getProperties()),
                given(command.commandLine().getParseResult())));
    }

    private static Map<String, String> texts(Properties properties) {
        Map<String, String> texts = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> texts.put(name, properties.getProperty(name, "")));
        return texts;
    }
}

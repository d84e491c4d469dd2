package dev.mayfly.host.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The script by which fish completes a command, which picocli has for bash and zsh only: a line for each command and option of its model. */
final class FishCompletion {
    private static final Pattern DEFAULT = Pattern.compile(" \\((default|now): [^)]*\\)");

    /** Which command the line has come to: the words that name one, whatever options and values stand between them. */
    private static final String COMMAND_OF_LINE = """
            function __NAME_at
                set -l words (commandline -opc)
                set -e words[1]
                set -l at ''
                for word in $words
                    set -l next (string trim -- "$at $word")
                    if contains -- "$next" $__NAME_commands
                        set at "$next"
                    end
                end
                test "$at" = "$argv[1]"
            end
            complete -c NAME -f
            """;

    private final String name;
    private final StringBuilder lines = new StringBuilder();

    private FishCompletion(String name) {
        this.name = name;
    }

    static String script(String name, CommandLine line) {
        FishCompletion script = new FishCompletion(name);
        Map<String, CommandSpec> commands = new TreeMap<>();
        collect("", line.getCommandSpec(), commands);
        commands.forEach(script::complete);
        String names = commands.keySet().stream()
                .filter(command -> !command.isEmpty())
                .map(FishCompletion::quoted)
                .collect(Collectors.joining(" "));
        return "set -g __" + name + "_commands " + names + "\n" + COMMAND_OF_LINE.replace("NAME", name) + script.lines;
    }

    private static void collect(String path, CommandSpec command, Map<String, CommandSpec> into) {
        into.put(path, command);
        shown(command).forEach((word, below) -> collect((path + " " + word).strip(), below, into));
    }

    private static Map<String, CommandSpec> shown(CommandSpec command) {
        Map<String, CommandSpec> shown = new TreeMap<>();
        command.subcommands().forEach((word, below) -> {
            if (!below.getCommandSpec().usageMessage().hidden()) {
                shown.put(word, below.getCommandSpec());
            }
        });
        return shown;
    }

    private void complete(String path, CommandSpec command) {
        shown(command).forEach((word, below) -> line(path, " -a " + word, null, description(below)));
        for (ArgSpec argument : command.positionalParameters()) {
            String values = values(argument);
            if (!values.isEmpty()) {
                line(path, values, null, new String[0]);
            }
        }
        for (OptionSpec option : command.options()) {
            if (!option.hidden()) {
                String flags = List.of(option.names()).stream()
                        .map(flag -> (flag.startsWith("--") ? " -l " : " -s ") + flag.replaceFirst("^-+", ""))
                        .collect(Collectors.joining());
                boolean takesValue = option.arity().max() > 0;
                line(path, flags + (takesValue ? " -r" + values(option) : ""), option, option.description());
            }
        }
    }

    /** Of picocli's own commands what stands above it. */
    private static String[] description(CommandSpec command) {
        String[] header = command.usageMessage().header();
        return header.length > 0 ? header : command.usageMessage().description();
    }

    /** What may be given: one of few, a file, or what nobody knows here. */
    private static String values(ArgSpec argument) {
        Class<?> type = argument.typeInfo().isMultiValue()
                ? argument.auxiliaryTypes()[0]
                : argument.typeInfo().getType();
        if (argument.completionCandidates() != null) {
            return " -f -a " + quoted(candidates(argument, " "));
        }
        return type == Path.class || type == File.class ? " -F" : "";
    }

    private static String candidates(ArgSpec argument, String between) {
        return StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                .collect(Collectors.joining(between));
    }

    private void line(String path, String what, @Nullable ArgSpec argument, String[] description) {
        lines.append("complete -c ")
                .append(name)
                .append(" -n ")
                .append(quoted("__" + name + "_at " + quoted(path)))
                .append(what);
        if (description.length > 0) {
            lines.append(" -d ").append(quoted(said(description[0], argument)));
        }
        lines.append('\n');
    }

    /** The first line of a description, as picocli would print it but for the default. */
    private static String said(String description, @Nullable ArgSpec argument) {
        String said = DEFAULT.matcher(description).replaceAll("").replace("%%", "%");
        return argument == null || argument.completionCandidates() == null
                ? said
                : said.replace("${COMPLETION-CANDIDATES}", candidates(argument, ", "));
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}

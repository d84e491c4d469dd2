package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a command prints its result. */
final class OutputOption {
    enum Format {
        TEXT,
        JSON;

        static Format parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "text" -> TEXT;
                case "json" -> JSON;
                default -> throw new TypeConversionException("'" + text + "' is unknown; there are text and json");
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "What to print: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    boolean isJson() {
        return format == Format.JSON;
    }

    /**
     * Prints what a host answered.
     *
     * @param text prints it for people
     */
    void print(Terminal terminal, Object answer, Consumer<JsonNode> text) {
        JsonNode tree = Json.tree(answer);
        if (isJson()) {
            terminal.out().println(Json.pretty(tree));
        } else {
            text.accept(tree);
        }
    }
}

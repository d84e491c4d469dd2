package dev.mayfly.host.cli;

import java.util.Locale;
import picocli.CommandLine.Option;

/** How a command prints its result. */
final class OutputOption {
    enum Format {
        TEXT,
        JSON;

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
}

package dev.mayfly.host.cli;

import dev.mayfly.host.invoke.FunctionLines;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Where the log goes when a host runs as a program. A host in somebody else's program logs as that program does, by way of
 * {@link System.Logger}; this is only for the commands that start one.
 */
final class ServerLog {
    private static final String CONFIGURATION = "logging.properties";

    // Held, as the JDK forgets loggers that nobody holds.
    private static final Logger FUNCTIONS = Logger.getLogger(FunctionLines.LOGGER);

    private ServerLog() {}

    /** Has what functions log printed on standard output, a JSON object a line. After {@link #configure}. */
    static void printFunctions(PrintStream out) {
        FUNCTIONS.setUseParentHandlers(false);
        FUNCTIONS.setLevel(Level.FINE);
        FUNCTIONS.addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                out.println(line.getMessage());
            }

            @Override
            public void flush() {
                out.flush();
            }

            @Override
            public void close() {}
        });
    }

    /** To be called before anything logs. Leaves alone what the user configured. */
    static void configure() {
        if (System.getProperty("java.util.logging.config.file") != null) {
            return;
        }
        try (InputStream configuration = ServerLog.class.getResourceAsStream(CONFIGURATION)) {
            if (configuration != null) {
                LogManager.getLogManager().readConfiguration(configuration);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}

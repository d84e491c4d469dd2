package dev.mayfly.host.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/**
 * Where the log goes when a host runs as a program. A host in somebody else's program logs as that program does, by way of
 * {@link System.Logger}; this is only for the commands that start one.
 */
final class ServerLog {
    private static final String CONFIGURATION = "logging.properties";

    private ServerLog() {}

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

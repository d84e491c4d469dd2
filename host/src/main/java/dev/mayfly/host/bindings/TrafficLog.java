package dev.mayfly.host.bindings;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * What libraries write down of traffic when somebody turns their log up: heads and commands with the credentials that bindings add to them, and
 * requests with their callers' keys. It stays off whatever the log's configuration says.
 */
final class TrafficLog {
    /** Held here, as the JDK forgets a logger and its level when nobody has it. */
    private static final List<Logger> LOGGERS = Stream.of(
                    "org.apache.hc.client5.http.headers",
                    "org.apache.hc.client5.http.wire",
                    "org.apache.hc.client5.http2.frame",
                    // S3's client has the library's older version, and in each head a signature.
                    "org.apache.http.headers",
                    "org.apache.http.wire",
                    // Writes each command as it is sent, AUTH and HELLO among them.
                    "io.lettuce.core.protocol.CommandEncoder",
                    // The web server's.
                    "io.helidon.webserver.http1.Http1LoggingConnectionListener.recv",
                    "io.helidon.webserver.http1.Http1LoggingConnectionListener.send",
                    "io.helidon.http.http2.Http2LoggingFrameListener.recv",
                    "io.helidon.http.http2.Http2LoggingFrameListener.send")
            .map(Logger::getLogger)
            .toList();

    private TrafficLog() {}

    /** Before the first connection. */
    static void silence() {
        LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
    }
}

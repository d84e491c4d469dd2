package dev.mayfly.host.invoke;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What all functions log, for whoever gathers a machine's logs: a JSON object a line to the system logger {@value #LOGGER}, at level DEBUG whatever
 * the line's own level is. So it costs nothing and bothers nobody until that logger is turned on, as {@code serve --log-functions} does.
 */
public final class FunctionLines {
    /** The logger's name. */
    public static final String LOGGER = "dev.mayfly.functions";

    private static final System.Logger LOG = System.getLogger(LOGGER);
    private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");
    private static final JsonFactory JSON = new JsonFactory();

    private FunctionLines() {}

    /** The name of a line's level. */
    public static String level(int level) {
        return LEVELS.get(Math.clamp(level, 0, LEVELS.size() - 1));
    }

    static void write(String function, FunctionLog.Line line) {
        if (LOG.isLoggable(System.Logger.Level.DEBUG)) {
            LOG.log(System.Logger.Level.DEBUG, json(function, line));
        }
    }

    static String json(String function, FunctionLog.Line line) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField(
                    "time", Instant.ofEpochSecond(0, line.unixNs()).toString());
            json.writeStringField("level", level(line.level()));
            json.writeStringField("function", function);
            json.writeStringField("invocation", line.invocationId());
            json.writeStringField("message", line.message());
            if (!line.fields().isEmpty()) {
                json.writeObjectFieldStart("fields");
                for (Map.Entry<String, String> field : line.fields().entrySet()) {
                    json.writeStringField(field.getKey(), field.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}

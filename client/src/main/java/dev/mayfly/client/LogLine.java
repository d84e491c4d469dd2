package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;

/**
 * A line that a function logged.
 *
 * @param sequence counts the function's lines; {@link MayflyClient#readLog} goes on behind it
 * @param invocation the call it is of
 */
public record LogLine(
        long sequence,
        Instant time,
        String level,
        String invocation,
        String message,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> fields) {}

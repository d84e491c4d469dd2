package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.LogLine;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.MayflyClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a function logs, soon after it does, until closed.
 *
 * <p>Threads: {@link #follow} and {@link #close} belong to the one that made it; printing has a thread of its own.
 */
final class LogFollower implements AutoCloseable {
    private static final Duration ASK_INTERVAL = Duration.ofMillis(200);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private final Terminal terminal;
    private final MayflyClient client;
    private final boolean asJson;
    private @Nullable Thread printer;
    private @Nullable String followed;

    LogFollower(Terminal terminal, MayflyClient client) {
        this(terminal, client, false);
    }

    /** @param asJson whether to print the host's own words, an object a line */
    LogFollower(Terminal terminal, MayflyClient client, boolean asJson) {
        this.terminal = terminal;
        this.client = client;
        this.asJson = asJson;
    }

    /** Follows the function of that name, and no other one any more. It must be deployed. */
    void follow(String name) {
        if (!name.equals(followed)) {
            close();
            followed = name;
            printer = Thread.startVirtualThread(() -> print(name));
        }
    }

    private void print(String name) {
        long after = 0;
        try {
            while (true) {
                after = printNewer(name, after);
                Thread.sleep(ASK_INTERVAL);
            }
        } catch (InterruptedException closed) {
            // By close.
        }
    }

    private long printNewer(String name, long after) {
        long last = after;
        try {
            List<LogLine> lines = client.readLog(name, after);
            print(lines);
            last = lines.isEmpty() ? after : lines.getLast().sequence();
        } catch (MayflyClientException busy) {
            // The host has other things to do, or is about to stop: it is asked again, or no more.
        }
        return last;
    }

    /** Prints lines as the host has them. */
    void print(List<LogLine> lines) {
        for (LogLine logged : lines) {
            JsonNode line = Json.tree(logged);
            terminal.out().println(asJson ? line.toString() : text(line));
        }
    }

    private String text(JsonNode line) {
        String level = line.path("level").asText().toUpperCase(Locale.ROOT);
        Terminal.Emphasis emphasis = switch (level) {
            case "ERROR" -> Terminal.Emphasis.RED;
            case "WARN" -> Terminal.Emphasis.YELLOW;
            case "INFO" -> Terminal.Emphasis.GREEN;
            default -> Terminal.Emphasis.FAINT;
        };
        return TIME.format(Instant.parse(line.path("time").asText())) + " "
                + terminal.out(emphasis, String.format("%-5s", level)) + " "
                + Terminal.printable(line.path("message").asText())
                + fields(line.path("fields"));
    }

    private static String fields(JsonNode fields) {
        StringBuilder text = new StringBuilder();
        fields.properties()
                .forEach(field -> text.append(' ')
                        .append(Terminal.printable(field.getKey()))
                        .append('=')
                        .append(Terminal.printable(field.getValue().asText())));
        return text.toString();
    }

    @Override
    public void close() {
        Thread thread = printer;
        if (thread != null) {
            thread.interrupt();
            printer = null;
            followed = null;
        }
    }
}

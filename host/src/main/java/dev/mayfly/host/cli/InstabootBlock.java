package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.Suggestion;
import dev.mayfly.host.config.YamlNode;
import dev.mayfly.host.quantity.TimeSpan;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** {@code capabilities.instaboot} in Wasmer's {@code app.yaml}: {@code {}} means one {@code GET /}. */
final class InstabootBlock {
    private static final String PREFIX = "capabilities.instaboot";
    private static final List<String> KEYS = List.of("requests", "max_age", "debug");
    private static final List<String> REQUEST_KEYS = List.of("path", "method", "headers", "body", "expect");
    private static final List<String> EXPECT_KEYS = List.of("status_codes", "body_includes", "body_regex");

    private final BiConsumer<Place, String> refuse;

    private InstabootBlock(BiConsumer<Place, String> refuse) {
        this.refuse = refuse;
    }

    /** Null where it can't be read; what is wrong goes to {@code refuse}. */
    static @Nullable Warmup read(YamlNode node, BiConsumer<Place, String> refuse) {
        return new InstabootBlock(refuse).warmup(node);
    }

    private @Nullable Warmup warmup(YamlNode node) {
        if (node.isEmpty()) {
            return Warmup.DEFAULT;
        }
        YamlNode.Entries block = entries(node, PREFIX, KEYS);
        if (block == null) {
            return null;
        }
        List<WarmupRequest> requests = new ArrayList<>();
        for (YamlNode item : items(block, "requests")) {
            WarmupRequest request = request(item);
            if (request != null) {
                requests.add(request);
            }
        }
        String maxAge = text(block, "max_age");
        try {
            return new Warmup(
                    requests.isEmpty() ? Warmup.DEFAULT.requests() : requests,
                    Warmup.DEFAULT.when(),
                    maxAge == null ? Duration.ZERO : TimeSpan.parse(maxAge).duration(),
                    Warmup.DEFAULT.uniqueness(),
                    debug(block));
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            refuse.accept(block.place(), PREFIX + ": " + e.getMessage());
            return null;
        }
    }

    private boolean debug(YamlNode.Entries block) {
        String debug = text(block, "debug");
        if (debug != null && !debug.equals("true") && !debug.equals("false")) {
            refuse.accept(block.place(), PREFIX + ".debug must be true or false");
        }
        return "true".equals(debug);
    }

    private @Nullable WarmupRequest request(YamlNode node) {
        YamlNode.Entries entries = entries(node, PREFIX + ".requests", REQUEST_KEYS);
        if (entries == null) {
            return null;
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (YamlNode item : items(entries, "headers")) {
            YamlNode.Entries header = entries(item, PREFIX + ".requests.headers", List.of("name", "value"));
            if (header != null) {
                headers.add(Map.entry(
                        Objects.requireNonNullElse(text(header, "name"), ""),
                        Objects.requireNonNullElse(text(header, "value"), "")));
            }
        }
        WarmupRequest usual = WarmupRequest.DEFAULT;
        try {
            return new WarmupRequest(
                    Objects.requireNonNullElse(text(entries, "method"), usual.method()),
                    Objects.requireNonNullElse(text(entries, "path"), usual.path()),
                    headers,
                    Objects.requireNonNullElse(text(entries, "body"), usual.body()),
                    expectation(entries.entries().get("expect")));
        } catch (MayflyException.Invalid e) {
            refuse.accept(entries.place(), PREFIX + ".requests: " + e.safeMessage());
            return null;
        }
    }

    private WarmupRequest.Expectation expectation(@Nullable YamlNode node) {
        YamlNode.Entries expect = node == null ? null : entries(node, PREFIX + ".requests.expect", EXPECT_KEYS);
        if (expect == null) {
            return WarmupRequest.DEFAULT.expect();
        }
        SortedSet<Integer> statusCodes = new TreeSet<>();
        for (YamlNode item : items(expect, "status_codes")) {
            String text = item instanceof YamlNode.Scalar scalar ? scalar.text() : null;
            if (text != null && text.matches("\\d{3}")) {
                statusCodes.add(Integer.valueOf(text));
            } else {
                refuse.accept(item.place(), "status_codes must be numbers such as 200");
            }
        }
        return new WarmupRequest.Expectation(statusCodes, text(expect, "body_includes"), text(expect, "body_regex"));
    }

    private YamlNode.@Nullable Entries entries(YamlNode node, String path, List<String> known) {
        if (!(node instanceof YamlNode.Entries entries)) {
            refuse.accept(node.place(), path + " must be a mapping");
            return null;
        }
        for (String key : entries.entries().keySet()) {
            if (!known.contains(key)) {
                refuse.accept(entries.keyPlace(key), path + "." + key + " is unknown; " + Suggestion.among(key, known));
            }
        }
        return entries;
    }

    private List<YamlNode> items(YamlNode.Entries entries, String key) {
        return switch (entries.entries().get(key)) {
            case null -> List.of();
            case YamlNode.Items items -> items.items();
            case YamlNode other -> {
                refuse.accept(other.place(), key + " must be a list");
                yield List.of();
            }
        };
    }

    private @Nullable String text(YamlNode.Entries entries, String key) {
        return switch (entries.entries().get(key)) {
            case null -> null;
            case YamlNode.Scalar scalar -> scalar.text();
            case YamlNode other -> {
                refuse.accept(other.place(), key + " must be a single value");
                yield null;
            }
        };
    }
}

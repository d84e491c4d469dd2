package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits that a deployment sets; the others are the host's.
 *
 * @param values in bytes, numbers or milliseconds
 */
public record FunctionLimits(Map<FunctionLimit, Long> values) {
    /** None is set. */
    public static final FunctionLimits NONE = new FunctionLimits(Map.of());

    public FunctionLimits {
        Map<FunctionLimit, Long> sorted = new EnumMap<>(FunctionLimit.class);
        sorted.putAll(values);
        sorted.forEach((limit, value) -> {
            if (value < limit.min()) {
                throw new MayflyException.Invalid("limit " + limit.label() + "=" + limit.exactText(value)
                        + " must be at least " + limit.exactText(limit.min()));
            }
        });
        values = Collections.unmodifiableMap(sorted);
    }

    /**
     * Reads limits as people write them.
     *
     * @param texts values such as {@code 32MiB}, {@code 500ms} or {@code 10}, by names such as {@code memory-bytes}
     * @throws MayflyException.Invalid naming the one that is wrong, and what is right
     */
    public static FunctionLimits parse(Map<String, String> texts) {
        Map<FunctionLimit, Long> values = new EnumMap<>(FunctionLimit.class);
        texts.forEach((name, text) -> {
            FunctionLimit limit = FunctionLimit.of(name)
                    .orElseThrow(() -> new MayflyException.Invalid(
                            "limit " + name + " is unknown; there are " + String.join(", ", FunctionLimit.labels())));
            try {
                values.put(limit, limit.parse(text));
            } catch (IllegalArgumentException e) {
                throw new MayflyException.Invalid("limit " + name + ": " + e.getMessage());
            }
        });
        return new FunctionLimits(values);
    }

    /**
     * The same from texts such as {@code memory-bytes=32MiB}.
     *
     * @throws MayflyException.Invalid naming the one that is wrong, and what is right
     */
    public static FunctionLimits parseEntries(List<String> entries) {
        Map<String, String> texts = new TreeMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                throw new MayflyException.Invalid("limit=" + entry + " is not of the form name=value");
            }
            if (texts.put(entry.substring(0, equals), entry.substring(equals + 1)) != null) {
                throw new MayflyException.Invalid("limit " + entry.substring(0, equals) + " is given more than once");
            }
        }
        return parse(texts);
    }

    /** As {@link #parse} reads them, the same limits always the same way. */
    public SortedMap<String, String> texts() {
        SortedMap<String, String> texts = new TreeMap<>();
        values.forEach((limit, value) -> texts.put(limit.label(), limit.exactText(value)));
        return texts;
    }

    /** Null where it is not set. */
    public @Nullable Long of(FunctionLimit limit) {
        return values.get(limit);
    }
}

package dev.mayfly.host.config;

import dev.mayfly.host.HostConfig;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a host can be told. Its key gives it its name everywhere: {@code limits.deadline} in {@code mayfly.yaml} is the variable {@code
 * MAYFLY_LIMITS_DEADLINE}, the property {@code mayfly.limits.deadline} and the option {@code --deadline}.
 *
 * @param key section and name; a few have no section
 * @param description a sentence
 * @param reader of the value in a configuration; null where it has none
 * @param writer of a value into one; throws {@link dev.mayfly.engine.MayflyException.Invalid} when that is out of range
 */
public record Setting<T>(
        String key,
        ValueType<T> type,
        String description,
        Function<HostConfig, @Nullable T> reader,
        BiFunction<HostConfig, T, HostConfig> writer) {
    /** Sections whose names are left out of options: without them too nothing is called twice. */
    private static final Set<String> SILENT_SECTIONS = Set.of("listen", "limits", "observe");

    static final String VARIABLE_PREFIX = "MAYFLY_";
    static final String PROPERTY_PREFIX = "mayfly.";

    /** The empty text where there is none. */
    public String section() {
        return key.substring(0, Math.max(0, key.indexOf('.')));
    }

    public String name() {
        return key.substring(key.indexOf('.') + 1);
    }

    /** The option that sets it. One that is on unless told otherwise has one that switches it off. */
    public String option() {
        String name = SILENT_SECTIONS.contains(section()) ? name() : key.replace('.', '-');
        return "--" + (isSwitchedOff() ? "no-" : "") + name;
    }

    /** Whether the option takes no value. */
    public boolean isFlag() {
        return type.equals(ValueType.FLAG);
    }

    /** Whether the option is for the value false. */
    public boolean isSwitchedOff() {
        return isFlag() && "true".equals(defaultText());
    }

    /** Of the value in a command's help. */
    public String label() {
        return type.label();
    }

    /** As people write it; null where it has none. */
    public @Nullable String defaultText() {
        return text(HostSettings.DEFAULTS);
    }

    private @Nullable String text(HostConfig config) {
        T value = reader.apply(config);
        return value == null ? null : type.writer().apply(value);
    }

    /** @throws IllegalArgumentException when the text is no such value */
    void requireValue(String text) {
        Objects.requireNonNull(type.parser().apply(text));
    }

    /**
     * Puts a value into a configuration.
     *
     * @throws IllegalArgumentException when the text is no such value
     * @throws dev.mayfly.engine.MayflyException.Invalid when it is out of range
     */
    HostConfig set(HostConfig config, String text) {
        return writer.apply(config, type.parser().apply(text));
    }

    static String variable(String key) {
        return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static String property(String key) {
        return PROPERTY_PREFIX + key;
    }
}

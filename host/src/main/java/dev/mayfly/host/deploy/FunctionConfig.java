package dev.mayfly.host.deploy;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.memorypool.SlotConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a function's configuration as it comes with an upload: one {@code name=value} each. */
public final class FunctionConfig {
    /** A longer name has no value: {@code mayfly:config}. */
    private static final int NAME_BYTES_MAX = 256;

    /** A value is answered out of an invocation's slot. */
    private static final int VALUE_BYTES_MAX = SlotConfig.defaults().answerBytesMax();

    private FunctionConfig() {}

    /**
     * Returns the entries by name.
     *
     * @param bytesMax of all names and values together
     * @throws MayflyException.Invalid when an entry is no entry, or a name comes twice
     * @throws MayflyException.LimitExceeded when it is too much
     */
    public static Map<String, String> parse(List<String> entries, int bytesMax) {
        Map<String, String> config = new TreeMap<>();
        long bytes = 0;
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                throw new MayflyException.Invalid("config=" + entry + " is not of the form name=value");
            }
            String name = entry.substring(0, equals);
            String value = entry.substring(equals + 1);
            bytes += require("config-name-bytes-max", name, NAME_BYTES_MAX)
                    + require("config-value-bytes-max", value, VALUE_BYTES_MAX);
            if (config.put(name, value) != null) {
                throw new MayflyException.Invalid("config name " + name + " is given more than once");
            }
        }
        if (bytes > bytesMax) {
            throw new MayflyException.LimitExceeded(
                    "config-bytes-max",
                    "the configuration has " + bytes + " bytes, the limit config-bytes-max is " + bytesMax);
        }
        return config;
    }

    private static int require(String limit, String text, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new MayflyException.LimitExceeded(
                    limit,
                    "a name or value of the configuration has " + bytes + " bytes, the limit " + limit + " is "
                            + bytesMax);
        }
        return bytes;
    }
}

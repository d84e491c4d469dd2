package dev.mayfly.host.catalog;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a version's settings are kept: its configuration, which is the environment of many functions, sealed, and the rest as it is. */
final class SealedConfig {
    private SealedConfig() {}

    /** What can be kept as it is. */
    static String inClear(FunctionSettings settings) {
        return SettingsJson.write(settings.withConfig(Map.of()));
    }

    /** The configuration of a version; null when there is none. */
    static @Nullable String seal(Sealing sealing, String function, int number, FunctionSettings settings) {
        return settings.config().isEmpty()
                ? null
                : sealing.seal(
                        SettingsJson.write(FunctionSettings.NONE.withConfig(settings.config())),
                        place(function, number));
    }

    /** A document with the configuration that {@link #seal} sealed. */
    static String open(Sealing sealing, String function, int number, String sealed) {
        return sealing.open(sealed, place(function, number));
    }

    /** The same, sealed with the key that seals now. */
    static String sealAnew(Sealing sealing, String function, int number, String sealed) {
        return sealing.seal(open(sealing, function, number, sealed), place(function, number));
    }

    private static String place(String function, int number) {
        return "the configuration of " + function + ":" + number;
    }
}

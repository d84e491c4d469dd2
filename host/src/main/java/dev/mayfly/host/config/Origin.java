package dev.mayfly.host.config;

import java.util.Locale;

/** What a value comes from; the later are over the earlier. */
public enum Origin {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    PROPERTY,
    OPTION;

    /** In lower case, as people read it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

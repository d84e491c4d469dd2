package dev.mayfly.hostinterfaces;

import java.util.Locale;

/** What may be behind a binding. */
public enum BindingKind {
    KV,
    SQL,
    BLOB,
    HTTP,
    TOPIC,
    FUNCTION,
    SECRET;

    /** As configuration, messages and metrics have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.mayfly.host.invoke;

import java.util.Locale;

/** What an invocation's instance began as. */
public enum StartKind {
    /** The component as it was compiled. */
    COLD,
    /** An image of the instance after its warm-up. */
    WARMED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As receipts and metrics have it. */
    public String label() {
        return label;
    }
}

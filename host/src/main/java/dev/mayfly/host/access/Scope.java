package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a key may do. */
public enum Scope {
    /** Everything, keys and secrets included. */
    ADMIN,
    /** Deploy, remove and whatever else changes a function; and see it. */
    DEPLOY,
    /** See functions, what they log and what they cost. */
    READ,
    /** Call functions. */
    INVOKE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** {@code deploy} */
    public String label() {
        return label;
    }

    /** Whether who has this may do what needs {@code other}. */
    public boolean includes(Scope other) {
        return this == other || this == ADMIN || (this == DEPLOY && other == READ);
    }

    /**
     * The scope of that label.
     *
     * @throws MayflyException.Invalid when there is no such scope
     */
    public static Scope of(String label) {
        for (Scope scope : values()) {
            if (scope.label.equals(label)) {
                return scope;
            }
        }
        throw new MayflyException.Invalid("scope=" + label + " is unknown; there are "
                + Arrays.stream(values()).map(Scope::label).collect(Collectors.joining(", ")));
    }
}

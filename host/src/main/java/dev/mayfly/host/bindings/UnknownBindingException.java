package dev.mayfly.host.bindings;

import java.util.List;

/** A function was to get a binding that this host doesn't have. */
public final class UnknownBindingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    // Immutable lists of strings, which serialise whatever their declared type says.
    @SuppressWarnings("serial")
    private final List<String> known;

    UnknownBindingException(List<String> unknown, List<String> known) {
        super("this host has no binding " + String.join(", ", unknown)
                + (known.isEmpty() ? "; none is configured" : "; it has " + String.join(", ", known)));
        this.known = known;
    }

    /** The names of those it has. */
    public List<String> known() {
        return known;
    }
}

package dev.mayfly.hostinterfaces;

import org.jspecify.annotations.Nullable;

/**
 * Why an operation was not done: what the function gets as {@code mayfly:data/errors.error}.
 *
 * <p>The message goes to the function, whoever wrote it: no address, no file name, no credential belongs in it. It has no stack trace, as it is
 * a value on its way to a guest and not a fault of the host; what broke is its cause, for the log.
 */
public final class HostError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a function can act on: the cases of {@code mayfly:data/errors.error}, in their order. */
    public enum Kind {
        /** What was named does not exist. */
        NOT_FOUND,
        /** It is there already, or changed meanwhile, or a constraint forbids it. */
        CONFLICT,
        /** The arguments are wrong. */
        INVALID,
        /** The function has no grant for it. */
        PERMISSION_DENIED,
        /** A limit would be passed; the message names it. */
        LIMIT_EXCEEDED,
        /** It took longer than it may. Whether it was done is not known. */
        TIMEOUT,
        /** What is behind the binding can't be reached, or has no room: it may work later. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final String text;

    private HostError(Kind kind, String text, @Nullable Throwable cause) {
        super(text, cause, false, false);
        this.kind = kind;
        this.text = text;
    }

    public static HostError of(Kind kind, String message) {
        return new HostError(kind, message, null);
    }

    /**
     * With what caused it.
     *
     * @param cause for the host's log only
     */
    public static HostError of(Kind kind, String message, Throwable cause) {
        return new HostError(kind, message, cause);
    }

    /** What the function gets to read. */
    public String text() {
        return text;
    }

    public Kind kind() {
        return kind;
    }
}

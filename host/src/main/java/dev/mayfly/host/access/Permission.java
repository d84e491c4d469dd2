package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;

/**
 * A scope, and the functions it is given for.
 *
 * @param functions by their names without the tenant
 */
public record Permission(Scope scope, NamePattern functions) {
    private static final char SEPARATOR = ':';

    /**
     * Reads {@code deploy:orders-*}, or {@code deploy} for all functions.
     *
     * @throws MayflyException.Invalid when it is no permission
     */
    public static Permission parse(String text) {
        int end = text.indexOf(SEPARATOR);
        return end < 0
                ? new Permission(Scope.of(text), NamePattern.ALL)
                : new Permission(Scope.of(text.substring(0, end)), new NamePattern(text.substring(end + 1)));
    }

    boolean permits(Scope wanted, CharSequence shortName) {
        return scope.includes(wanted) && functions.matches(shortName);
    }

    @Override
    public String toString() {
        return scope.label() + SEPARATOR + functions;
    }
}

package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.FunctionName;

/**
 * Functions' names, in which each {@code *} stands for any characters: {@code orders-*}.
 *
 * @param text up to {@value #LENGTH_MAX} characters out of those of a {@link FunctionName} and {@code *}
 */
public record NamePattern(String text) {
    public static final int LENGTH_MAX = FunctionName.LENGTH_MAX;

    /** All names. */
    public static final NamePattern ALL = new NamePattern("*");

    public NamePattern {
        boolean plain = !text.isEmpty() && text.length() <= LENGTH_MAX;
        for (int i = 0; plain && i < text.length(); i++) {
            char c = text.charAt(i);
            plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '*';
        }
        if (!plain) {
            throw new MayflyException.Invalid("pattern=" + text + " is not a pattern of names: 1 to " + LENGTH_MAX
                    + " characters out of a-z, 0-9, - and *");
        }
    }

    /** Whether a function of that name, without its tenant, is meant. Allocates nothing, and takes at most the product of the lengths. */
    public boolean matches(CharSequence name) {
        int at = 0;
        int in = 0;
        int star = -1;
        int retry = 0;
        while (in < name.length()) {
            if (at < text.length() && text.charAt(at) == '*') {
                star = at++;
                retry = in;
            } else if (at < text.length() && text.charAt(at) == name.charAt(in)) {
                at++;
                in++;
            } else if (star >= 0) {
                // The last star takes one character more.
                at = star + 1;
                in = ++retry;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == '*') {
            at++;
        }
        return at == text.length();
    }

    @Override
    public String toString() {
        return text;
    }
}

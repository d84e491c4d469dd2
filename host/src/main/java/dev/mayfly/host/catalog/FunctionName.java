package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;

/**
 * What a function may be called: a DNS label, so that a name can be a host name, a path segment and a file name without any escaping. 1 to
 * {@value #LENGTH_MAX} characters out of {@code a-z}, {@code 0-9} and {@code -}, neither first nor last a {@code -}.
 */
public final class FunctionName {
    public static final int LENGTH_MAX = 63;

    private FunctionName() {}

    public static boolean isValid(String name) {
        int length = name.length();
        if (length == 0 || length > LENGTH_MAX || name.charAt(0) == '-' || name.charAt(length - 1) == '-') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z';
            boolean digit = c >= '0' && c <= '9';
            if (!letter && !digit && c != '-') {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns {@code name}.
     *
     * @throws MayflyException.Invalid when it is no name, with the rule in its message
     */
    public static String require(String name) {
        if (!isValid(name)) {
            throw new MayflyException.Invalid("name=" + name + " is not a function's name: 1 to " + LENGTH_MAX
                    + " characters out of a-z, 0-9 and -, and no - at either end");
        }
        return name;
    }

    /** Whether {@code name} is a function's in full: {@code tenant/name}, or {@code name} alone for the tenant {@code default}. */
    public static boolean isValidInFull(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? isValid(name) : isValid(name.substring(0, slash)) && isValid(name.substring(slash + 1));
    }

    /**
     * Returns {@code name}.
     *
     * @throws MayflyException.Invalid when it is none in full
     */
    public static String requireFull(String name) {
        return isValidInFull(name) ? name : require(name);
    }
}

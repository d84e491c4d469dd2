package dev.mayfly.hostinterfaces.custom;

import java.util.Locale;

/** What names of WIT are in Java. */
final class Names {
    private Names() {}

    /** {@code find-item} is {@code findItem}. */
    static String camelCase(String name) {
        StringBuilder java = new StringBuilder(name.length());
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '-') {
                upper = true;
            } else {
                java.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return java.toString();
    }

    /** {@code not-found} is {@code NotFound}. */
    static String className(String name) {
        String camelCase = camelCase(name);
        return Character.toUpperCase(camelCase.charAt(0)) + camelCase.substring(1);
    }

    /** {@code not-found} is {@code NOT_FOUND}. */
    static String constant(String name) {
        return name.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Whether a method or a component is called so: a keyword has an underscore behind it. */
    static boolean isCalled(String java, String camelCase) {
        return java.equals(camelCase)
                || (java.length() == camelCase.length() + 1 && java.startsWith(camelCase) && java.endsWith("_"));
    }
}

package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What keeps a caller on one target of an alias: a header or a cookie of the request, whose value decides instead of chance. A request without it
 * draws.
 *
 * @param kind where the value is
 * @param name the header's in lower case, or the cookie's
 */
public record Sticky(Kind kind, String name) {
    /** The characters of a token: RFC 9110, 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

    /** Where the value is. */
    public enum Kind {
        COOKIE,
        HEADER
    }

    public Sticky {
        if (!TOKEN.matcher(name).matches()) {
            throw wrong(name);
        }
        name = kind == Kind.HEADER ? name.toLowerCase(Locale.ROOT) : name;
    }

    /**
     * Reads {@code cookie:NAME} or {@code header:NAME}.
     *
     * @throws MayflyException.Invalid when it is neither
     */
    public static Sticky parse(String text) {
        int colon = text.indexOf(':');
        String name = text.substring(colon + 1);
        return switch (text.substring(0, Math.max(colon, 0))) {
            case "cookie" -> new Sticky(Kind.COOKIE, name);
            case "header" -> new Sticky(Kind.HEADER, name);
            default -> throw wrong(text);
        };
    }

    private static MayflyException.Invalid wrong(String text) {
        return new MayflyException.Invalid("sticky=" + text
                + " is not of the form cookie:NAME or header:NAME, with a name of 1 to 128 characters");
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + name;
    }
}

package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages of other origins may call a function from a browser (Fetch Standard, section 3.2). The host answers a browser's question itself.
 *
 * @param origins {@code https://app.example.com}; {@value #ANY} = all
 * @param methods besides those that need no permission
 * @param headers besides those that need no permission, in lower case
 * @param maxAge how long a browser may remember the answer; whole seconds
 */
public record Cors(SortedSet<String> origins, SortedSet<String> methods, SortedSet<String> headers, Duration maxAge) {
    public static final String ANY = "*";

    /** Of origins, methods and headers together. */
    public static final int ENTRY_COUNT_MAX = 100;

    /** No browser remembers for longer. */
    public static final Duration MAX_AGE_MAX = Duration.ofHours(24);

    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.\\-\\[\\]:]{1,260}");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    public Cors {
        origins = Collections.unmodifiableSortedSet(new TreeSet<>(origins));
        methods = Collections.unmodifiableSortedSet(new TreeSet<>(methods));
        SortedSet<String> lower = new TreeSet<>();
        headers.forEach(header -> lower.add(header.toLowerCase(Locale.ROOT)));
        headers = Collections.unmodifiableSortedSet(lower);
        if (origins.isEmpty()) {
            throw new MayflyException.Invalid("cors has no origins: say which, or \"*\" for all");
        }
        if (origins.size() + methods.size() + headers.size() > ENTRY_COUNT_MAX) {
            throw new MayflyException.Invalid(
                    "cors has more than cors-entry-count-max=" + ENTRY_COUNT_MAX + " entries");
        }
        if (maxAge.isNegative() || maxAge.compareTo(MAX_AGE_MAX) > 0) {
            throw new MayflyException.Invalid("cors max-age is out of range: at most " + MAX_AGE_MAX.toHours() + "h");
        }
        for (String origin : origins) {
            if (!origin.equals(ANY) && !ORIGIN.matcher(origin).matches()) {
                throw new MayflyException.Invalid("cors origin " + origin + " is none: write https://app.example.com");
            }
        }
        for (SortedSet<String> tokens : List.of(methods, headers)) {
            for (String token : tokens) {
                if (!TOKEN.matcher(token).matches()) {
                    throw new MayflyException.Invalid("cors: " + token + " is neither a method nor a header's name");
                }
            }
        }
    }

    /** What to tell a browser that asks for a page of {@code origin}: an origin, {@value #ANY}, or null when it may not. */
    public @Nullable String allowed(String origin) {
        return origins.contains(ANY) ? ANY : origins.contains(origin) ? origin : null;
    }
}

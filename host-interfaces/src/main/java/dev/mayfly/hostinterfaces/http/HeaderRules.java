package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.HostError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.hc.core5.http.Header;

/**
 * What of a request may go to an upstream, and what of its answer to a function (RFC 9110, sections 5 and 7.6.1).
 *
 * <p>A function that could write a line break, a length or a connection option could put a second request inside its own.
 */
final class HeaderRules {
    /** They are between two neighbours on the way, never from end to end. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Written by the host. {@code expect} among them: whether to wait before a body is sent is between host and upstream. */
    private static final Set<String> HOSTS_OWN = Set.of("content-length", "expect", "host");

    /** Methods that would make a tunnel, or hand the credentials of the binding back. */
    private static final Set<String> METHODS_REFUSED = Set.of("CONNECT", "TRACE");

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    private HeaderRules() {}

    static void check(HttpUpstream.Request request) {
        if (!isToken(request.method())
                || METHODS_REFUSED.contains(request.method().toUpperCase(Locale.ROOT))) {
            throw invalid("this method can't be sent");
        }
        String path = request.pathAndQuery();
        if (!path.startsWith("/") || !isAll(path, c -> c > ' ' && c < 0x7f && c != '#')) {
            throw invalid("a path starts with / and is percent-encoded");
        }
        for (Map.Entry<String, String> header : request.headers()) {
            check(header.getKey(), header.getValue());
        }
    }

    private static void check(String name, String value) {
        if (!isToken(name)) {
            throw invalid("a header's name has characters that can't be sent");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (HOP_BY_HOP.contains(lower) || HOSTS_OWN.contains(lower)) {
            throw invalid("header " + lower + " is the host's to write");
        }
        if (!isFieldValue(value)) {
            throw invalid("the value of header " + lower + " has characters that can't be sent");
        }
    }

    static void checkConfigured(String name, String value) {
        try {
            check(name, value);
        } catch (HostError e) {
            throw new IllegalArgumentException("a header of an http binding: " + e.getMessage(), e);
        }
    }

    /** What came back, for the function: names in lower case, without what is between host and upstream. */
    static List<Map.Entry<String, String>> answered(Header[] headers) {
        Set<String> optional = connectionOptions(headers);
        List<Map.Entry<String, String>> kept = new ArrayList<>(headers.length);
        for (Header header : headers) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name) && !optional.contains(name)) {
                kept.add(Map.entry(name, value(header)));
            }
        }
        return Collections.unmodifiableList(kept);
    }

    /** The headers that an answer names as being for this connection only. */
    private static Set<String> connectionOptions(Header[] headers) {
        Set<String> options = Set.of();
        for (Header header : headers) {
            if (header.getName().equalsIgnoreCase("connection")
                    && !value(header).equalsIgnoreCase("keep-alive")) {
                options = options.isEmpty() ? new HashSet<>() : options;
                for (String option : value(header).split(",", -1)) {
                    options.add(option.strip().toLowerCase(Locale.ROOT));
                }
            }
        }
        return options;
    }

    private static String value(Header header) {
        return header.getValue() == null ? "" : header.getValue();
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && isAll(text, HeaderRules::isTokenCharacter);
    }

    /** A stream of characters does the same, for half a microsecond. */
    private static boolean isAll(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || TOKEN_SYMBOLS.indexOf(c) >= 0;
    }

    /** Visible characters, blanks and tabs, up to what ISO-8859-1 holds. */
    private static boolean isFieldValue(String text) {
        return isAll(text, c -> c == '\t' || (c >= ' ' && c <= 0xff && c != 0x7f));
    }

    private static HostError invalid(String message) {
        return HostError.of(HostError.Kind.INVALID, message);
    }
}

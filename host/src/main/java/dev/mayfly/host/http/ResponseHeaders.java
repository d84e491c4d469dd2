package dev.mayfly.host.http;

import dev.mayfly.memorypool.ResponseHead;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes a function's header lines over into a response: none that breaks the connection, its framing or another line. */
final class ResponseHeaders {
    private static final Status[] STATUSES = new Status[600];

    static {
        for (int code = 200; code < STATUSES.length; code++) {
            STATUSES[code] = Status.create(code);
        }
    }

    private ResponseHeaders() {}

    /** One of 200 to 599. */
    static Status status(int code) {
        return STATUSES[code];
    }

    /** Whether a response with that status ends with its head. */
    static boolean hasNoBody(int status) {
        return status == 204 || status == 205 || status == 304;
    }

    /** As {@link #copy}, for a response of that status. */
    static @Nullable String copyHead(int status, ResponseHead from, ServerResponseHeaders to) {
        return status < 200 || status > 599 ? "status " + status + " is out of range: 200 to 599" : copy(from, to);
    }

    /**
     * Adds all header lines but those of the connection.
     *
     * @return null, or what is wrong with a line
     */
    private static @Nullable String copy(ResponseHead from, ServerResponseHeaders to) {
        Set<String> nominated = null;
        for (from.start(); from.next(); ) {
            String name = from.name();
            String value = from.value();
            if (!isToken(name)) {
                return "a header's name is not a token: " + printable(name);
            }
            if (!isFieldValue(value)) {
                return "the value of header " + name + " has characters that can't be sent";
            }
            HeaderName headerName = HeaderNames.create(name);
            String lowerCase = headerName.lowerCase();
            if (lowerCase.equals("connection")) {
                nominated = nominated(value, nominated);
            } else if (!HopByHop.isResponseHeader(lowerCase)) {
                add(headerName, value, to);
            }
        }
        if (nominated != null) {
            nominated.forEach(name -> to.remove(HeaderNames.create(name)));
        }
        return null;
    }

    /**
     * Takes over the lines behind a body.
     *
     * @return null, or what is wrong with a line
     */
    static @Nullable String trailers(ResponseHead from, Map<HeaderName, String> to) {
        for (from.startTrailers(); from.next(); ) {
            String name = from.name();
            String value = from.value();
            if (!isToken(name) || !isFieldValue(value)) {
                return "a trailer has characters that can't be sent: " + printable(name);
            }
            HeaderName headerName = HeaderNames.create(name);
            if (!HopByHop.isResponseHeader(headerName.lowerCase())) {
                to.merge(headerName, value, (one, other) -> one + ", " + other);
            }
        }
        return null;
    }

    private static void add(HeaderName name, String value, ServerResponseHeaders to) {
        if (OctetHeader.isNeeded(value) || (to.contains(name) && to.get(name) instanceof OctetHeader)) {
            List<String> values = new ArrayList<>(to.all(name, List::of));
            values.add(value);
            to.set(OctetHeader.of(name, values));
        } else {
            to.add(HeaderValues.create(name, value));
        }
    }

    /** The headers that a {@code Connection} line makes the connection's own. */
    private static Set<String> nominated(String connection, @Nullable Set<String> before) {
        Set<String> names = Arrays.stream(connection.split(",", -1))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(ResponseHeaders::isToken)
                .collect(Collectors.toSet());
        if (before != null) {
            names.addAll(before);
        }
        return names;
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean digit = c >= '0' && c <= '9';
            if (!letter && !digit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** Visible characters, spaces, tabs, and the octets from 0x80 on as U+0080 to U+00FF: RFC 9110, section 5.5. */
    private static boolean isFieldValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    private static String printable(String name) {
        String start = name.substring(0, Math.min(name.length(), 64));
        return start.chars()
                .mapToObj(c -> c >= ' ' && c < 0x7f ? Character.toString(c) : "\\u%04x".formatted(c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}

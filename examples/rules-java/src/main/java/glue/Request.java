package glue;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * A request, as far as this example needs it.
 *
 * @param path below the function's own, percent-encoded
 * @param query what stands behind {@code ?}, percent-encoded; empty where there is none
 */
public record Request(String path, String query) {
    /**
     * The value of a parameter in the query, decoded.
     *
     * @throws InvalidRequest when there is none
     */
    public String parameter(String name) {
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
                return decoded(pair.substring(equals + 1));
            }
        }
        throw new InvalidRequest("the query has no " + name);
    }

    /**
     * The same, where it is a number.
     *
     * @throws InvalidRequest when there is none, or it is no whole number that an {@code int} can hold
     */
    public int number(String name) {
        String value = parameter(name);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new InvalidRequest(name + " is no whole number: " + value);
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("the query is not percent-encoded: " + text);
        }
    }
}

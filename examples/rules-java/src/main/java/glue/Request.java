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
    /** The value of a parameter in the query, decoded. */
    public String parameter(String name) {
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
                return decoded(pair.substring(equals + 1));
            }
        }
        throw new IllegalArgumentException("the query has no " + name);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}

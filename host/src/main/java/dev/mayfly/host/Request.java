package dev.mayfly.host;

import dev.mayfly.hostinterfaces.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that a program makes to a function.
 *
 * @param method as functions get it: {@code GET}
 * @param path below the function's own, percent-encoded; begins with {@code /}
 * @param query what stands behind {@code ?}, percent-encoded; null where there is none
 * @param headers names in lower case
 * @param body read once and closed by the call; null where there is none
 */
public record Request(
        String method,
        String path,
        @Nullable String query,
        List<Map.Entry<String, String>> headers,
        @Nullable Body body) {
    public Request {
        headers = List.copyOf(headers);
    }

    public static Request get(String path) {
        return new Request("GET", path, null, List.of(), null);
    }

    public static Request post(String path, byte[] body) {
        return new Request("POST", path, null, List.of(), Body.of(body));
    }

    public Request withQuery(String value) {
        return new Request(method, path, value, headers, body);
    }

    /** With one more header. */
    public Request withHeader(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Request(method, path, query, more, body);
    }

    public Request withBody(Body value) {
        return new Request(method, path, query, headers, value);
    }
}

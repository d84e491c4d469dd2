package dev.mayfly.host;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a function answered. Immutable but for {@link #bytes}, which are the caller's. */
public final class Response {
    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] bytes;

    Response(int status, List<Map.Entry<String, String>> headers, byte[] bytes) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.bytes = bytes;
    }

    public int status() {
        return status;
    }

    /** In the function's order. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** The first header of that name, whatever its case. */
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** The body: not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** The body as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

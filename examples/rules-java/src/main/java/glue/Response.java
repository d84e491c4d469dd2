package glue;

import java.nio.charset.StandardCharsets;

/**
 * An answer.
 *
 * @param status 200 to 599
 */
public record Response(int status, String contentType, byte[] body) {
    public static Response json(int status, Object json) {
        return new Response(status, "application/json", (json + "\n").getBytes(StandardCharsets.UTF_8));
    }
}

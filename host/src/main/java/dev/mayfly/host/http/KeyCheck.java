package dev.mayfly.host.http;

import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.Authenticator;
import dev.mayfly.host.access.FailedKeys;
import dev.mayfly.host.access.KeyText;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds the key that a request is sent with: {@code Authorization: Bearer mf_…}, or {@code Mayfly-Key: mf_…} where the function has a use of its own
 * for {@code Authorization}.
 *
 * <p>Threads: any.
 */
final class KeyCheck {
    static final HeaderName MAYFLY_KEY = HeaderNames.create("Mayfly-Key");

    private static final String BEARER = "Bearer ";

    private final Authenticator authenticator;
    private final FailedKeys failedKeys;

    KeyCheck(Authenticator authenticator, FailedKeys failedKeys) {
        this.authenticator = authenticator;
        this.failedKeys = failedKeys;
    }

    /** The request's key, or null when it has none that is valid. */
    @Nullable
    ApiKey find(ServerRequestHeaders headers) {
        String text = text(headers);
        return text == null ? null : authenticator.find(text);
    }

    /** What to say to a request without a valid key. Whether a key is wrong, expired or revoked is nobody's business. */
    Problem refusal(ClientConnection connection, ServerRequestHeaders headers) {
        if (text(headers) == null) {
            return Problem.of(
                    ProblemType.UNAUTHENTICATED,
                    "a key is needed here: send it as Authorization: Bearer mf_…, or as Mayfly-Key: mf_…");
        }
        Duration wait = failedKeys.add(address(connection));
        return wait.isZero()
                ? Problem.of(ProblemType.UNAUTHENTICATED, "the key is not valid")
                : Problem.of(
                                ProblemType.TOO_MANY_FAILED_KEYS,
                                "more than " + FailedKeys.FAILURE_COUNT_MAX
                                        + " keys from this address were not valid in the last minute")
                        .withLimit("failed-key-count-max")
                        .withRetryAfter(wait.plusSeconds(1));
    }

    private static @Nullable String text(ServerRequestHeaders headers) {
        if (headers.contains(MAYFLY_KEY)) {
            return headers.get(MAYFLY_KEY).get();
        }
        if (headers.contains(HeaderNames.AUTHORIZATION)) {
            String authorization = headers.get(HeaderNames.AUTHORIZATION).get();
            return isKey(authorization) ? authorization.substring(BEARER.length()) : null;
        }
        return null;
    }

    /** Whether the value of an Authorization header is a key of this host's, and not something that functions know. */
    private static boolean isKey(String authorization) {
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && authorization.startsWith(KeyText.PREFIX, BEARER.length());
    }

    /** Whether a header has a key, which no function is to see. */
    static boolean isKey(Header header) {
        return header.headerName().equals(MAYFLY_KEY)
                || (header.headerName().equals(HeaderNames.AUTHORIZATION) && isKey(header.get()));
    }

    /** The client's IP address. */
    static String address(ClientConnection connection) {
        SocketAddress address = connection.remotePeer().address();
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : address.toString();
    }
}

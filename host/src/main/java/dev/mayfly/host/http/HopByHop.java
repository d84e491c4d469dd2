package dev.mayfly.host.http;

/** Headers that belong to a connection and not to a message (RFC 9110, section 7.6.1), in lower case. Neither side of a function sees them. */
final class HopByHop {
    private HopByHop() {}

    static boolean isRequestHeader(String name) {
        return switch (name) {
            case "connection",
                    "keep-alive",
                    "proxy-connection",
                    "transfer-encoding",
                    "upgrade",
                    "te",
                    "trailer",
                    "http2-settings" -> true;
            default -> false;
        };
    }

    /** {@code content-length} is no connection's, but the host's to write. */
    static boolean isResponseHeader(String name) {
        return isRequestHeader(name) || name.equals("content-length");
    }
}

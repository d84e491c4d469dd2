package dev.mayfly.hostinterfaces.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where requests go: {@code scheme://host:port}. Two of them are the same only when all three are.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case, an IPv6 address without its brackets
 */
public record Origin(String scheme, String host, int port) {
    /**
     * Reads one; without a port it is the scheme's own.
     *
     * @throws IllegalArgumentException when it is none, or has more than an origin has
     */
    public static Origin of(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))) {
                throw new IllegalArgumentException(
                        "an origin has no path: origin=" + text + "; give scheme://host:port");
            }
            return of(uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an origin: origin=" + text + "; give scheme://host:port", e);
        }
    }

    /** The origin of an absolute address. */
    static Origin of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (uri.getHost() == null
                || uri.getRawUserInfo() != null
                || !(tls || scheme.equals("http"))
                || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("not an http or https origin; give scheme://host:port");
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Origin(scheme, host, uri.getPort() < 0 ? defaultPort(tls) : uri.getPort());
    }

    boolean tls() {
        return scheme.equals("https");
    }

    boolean onDefaultPort() {
        return port == defaultPort(tls());
    }

    private static int defaultPort(boolean tls) {
        return tls ? 443 : 80;
    }

    @Override
    public String toString() {
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}

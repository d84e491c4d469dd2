package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Where a server of Redis's protocol is. How it is spoken to, with which name and password, is the binding's to know.
 *
 * @param host in lower case, an IPv6 address without its brackets
 */
public record ServerAddress(String host, int port) {
    private static final int DEFAULT_PORT = 6379;

    private static final Set<String> SCHEMES = Set.of("redis", "rediss", "valkey", "valkeys");

    /** The first database, which is the one that all bindings use. */
    private static final Set<String> PATHS = Set.of("", "/", "/0");

    /** In the form that is compared. */
    public ServerAddress {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        host = bare.toLowerCase(Locale.ROOT);
    }

    static ServerAddress of(RedisConfig config) {
        return new ServerAddress(config.host(), config.port());
    }

    /**
     * Reads it from a connection string: {@code redis://user:password@host:port/0}.
     *
     * @throws HostError {@code INVALID} when it is none, or names another database; the string is not told again, as it may have a password
     */
    static ServerAddress of(String connection) {
        try {
            URI uri = new URI(connection);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!SCHEMES.contains(scheme) || uri.getHost() == null) {
                throw HostError.of(HostError.Kind.INVALID, "a connection is to redis://host:port");
            }
            if (!PATHS.contains(uri.getRawPath()) || uri.getRawQuery() != null) {
                throw HostError.of(
                        HostError.Kind.INVALID, "a connection is to database 0 and has no options: redis://host:port");
            }
            return new ServerAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
        } catch (URISyntaxException e) {
            throw HostError.of(HostError.Kind.INVALID, "a connection is to redis://host:port");
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}

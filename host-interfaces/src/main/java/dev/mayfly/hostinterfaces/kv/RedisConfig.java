package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link RedisStore} finds its server: Redis 6.2 or newer, or Valkey.
 *
 * @param namespace stands before every key, followed by a colon: stores of different namespaces may share a server. It has no colon itself, so
 *     that no key of one is a key of another
 * @param username null for the server's default user
 * @param password null where none is asked for
 * @param tls whether to speak TLS; the server's certificate must be valid for {@code host}
 * @param trustedCertificates PEM file of authorities to trust instead of the JDK's; null for those
 * @param commands whether functions may send the server commands of their own, which know of no namespace
 */
public record RedisConfig(
        String host,
        int port,
        String namespace,
        @Nullable String username,
        @Nullable String password,
        boolean tls,
        @Nullable Path trustedCertificates,
        boolean commands) {
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    public RedisConfig {
        if (host.isBlank()) {
            throw new MayflyException.Invalid("Redis setting host must not be empty");
        }
        if (port < 1 || port > 65_535) {
            throw new MayflyException.Invalid("Redis setting port=" + port + " is out of range: 1 to 65535");
        }
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new MayflyException.Invalid("Redis setting namespace=" + namespace
                    + " must be 1 to 64 letters, digits, dots, hyphens or underscores");
        }
        if (username != null && password == null) {
            throw new MayflyException.Invalid("Redis setting username needs a password");
        }
        if (trustedCertificates != null && !tls) {
            throw new MayflyException.Invalid("Redis setting trusted-certificates needs tls=true");
        }
    }

    /** Without password or TLS. */
    public static RedisConfig of(String host, int port, String namespace) {
        return new RedisConfig(host, port, namespace, null, null, false, null, false);
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "RedisConfig[host=" + host + ", port=" + port + ", namespace=" + namespace + ", username=" + username
                + ", tls=" + tls + ", trustedCertificates=" + trustedCertificates + ", commands=" + commands + "]";
    }
}

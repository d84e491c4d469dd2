package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a host is reached and by whom.
 *
 * @param adminAddress the host name or IP address on which the admin API listens
 * @param adminPort on which it does; {@link #NEXT_PORT}, 0 = any free one
 * @param functionsPublic whether everybody may call every function: for development
 * @param tls for both ports; null = in clear text
 */
public record AccessConfig(
        String adminAddress,
        int adminPort,
        boolean functionsPublic,
        @Nullable TlsFiles tls) {
    /** The port after the one for calls, and any free one when that is any free one. */
    public static final int NEXT_PORT = -1;

    public AccessConfig {
        if (adminPort < NEXT_PORT || adminPort > 65_535) {
            throw new MayflyException.Invalid("admin-port=" + adminPort + " is out of range: 0 to 65535");
        }
    }

    /**
     * Where TLS has its identity from. Both files are read again when they change.
     *
     * @param certificate PEM, the server's own first and then those that lead to a root
     * @param key PEM, PKCS #8 or PKCS #1
     */
    public record TlsFiles(Path certificate, Path key) {}

    /** The admin API on 127.0.0.1 and the next port, functions private, no TLS. */
    public static AccessConfig defaults() {
        return new AccessConfig("127.0.0.1", NEXT_PORT, false, null);
    }

    public AccessConfig withAdminAddress(String value) {
        return new AccessConfig(value, adminPort, functionsPublic, tls);
    }

    public AccessConfig withAdminPort(int value) {
        return new AccessConfig(adminAddress, value, functionsPublic, tls);
    }

    public AccessConfig withFunctionsPublic(boolean value) {
        return new AccessConfig(adminAddress, adminPort, value, tls);
    }

    public AccessConfig withTls(@Nullable TlsFiles value) {
        return new AccessConfig(adminAddress, adminPort, functionsPublic, value);
    }

    /** The port to listen on for a port of calls. */
    int adminPort(int callPort) {
        if (adminPort != NEXT_PORT) {
            return adminPort;
        }
        if (callPort == 65_535) {
            throw new MayflyException.Invalid("there is no port after 65535: choose the admin API's with --admin-port");
        }
        return callPort == 0 ? 0 : callPort + 1;
    }

    /** Of a port on this machine. */
    URI uri(String address, int port) {
        String name = switch (address) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> address.contains(":") ? "[" + address + "]" : address;
        };
        return URI.create((tls == null ? "http" : "https") + "://" + name + ":" + port);
    }
}

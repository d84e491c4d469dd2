package dev.mayfly.host.cli;

import dev.mayfly.host.AccessConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How a host is reached and by whom. */
final class AccessOptions {
    private static final AccessConfig DEFAULTS = AccessConfig.defaults();

    @Option(
            names = "--admin-address",
            paramLabel = "ADDRESS",
            description = "Name or IP address on which the admin API listens (default: ${DEFAULT-VALUE}).")
    private String adminAddress = DEFAULTS.adminAddress();

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Port of the admin API (default: the one after --port; any free one with --port 0).")
    private @Nullable Integer adminPort;

    @Option(
            names = "--functions-public",
            description = "Let everybody call every function, without a key: for development.")
    private boolean functionsPublic;

    @ArgGroup(exclusive = false)
    private @Nullable Tls tls;

    /** Both or none. */
    private static final class Tls {
        @Option(
                names = "--tls-certificate",
                paramLabel = "FILE",
                required = true,
                description = "PEM certificate chain: both ports speak TLS. Read again when it changes.")
        @SuppressWarnings("NullAway.Init") // It is required.
        private Path certificate;

        @Option(
                names = "--tls-key",
                paramLabel = "FILE",
                required = true,
                description = "PEM private key of the certificate.")
        @SuppressWarnings("NullAway.Init") // It is required.
        private Path key;
    }

    AccessConfig config() {
        return new AccessConfig(
                adminAddress,
                adminPort == null ? AccessConfig.NEXT_PORT : adminPort,
                functionsPublic,
                tls == null ? null : new AccessConfig.TlsFiles(tls.certificate, tls.key));
    }
}

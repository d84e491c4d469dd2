package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.access.AdminKeyFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which host's admin API a command talks to, and with which key. */
final class HostOption {
    @Option(
            names = "--host",
            paramLabel = "URL",
            converter = Converter.class,
            defaultValue = "${env:MAYFLY_HOST:-http://127.0.0.1:7374}",
            description = "The host's admin API; $MAYFLY_HOST where not given (now: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private URI host;

    @Option(
            names = "--key",
            paramLabel = "KEY|@FILE",
            description =
                    "The key to send, or the file it is in; $MAYFLY_KEY where not given, else admin.key in the data folder if the host is on this machine.")
    private @Nullable String key;

    @Option(
            names = "--data-folder",
            paramLabel = "FOLDER",
            description = "The data folder to look for admin.key in (default: ${DEFAULT-VALUE}).")
    private Path dataFolder = HostConfig.defaultDataFolder();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Act for this tenant; the operator's keys only (default: the key's own).")
    private @Nullable String tenant;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "PEM certificates of who may vouch for an https host (default: those that Java trusts).")
    private @Nullable Path caFile;

    /** For one command. */
    MayflyClient client(CommandContext context) {
        MayflyClient.Builder client =
                MayflyClient.builder(host).key(key(context.environment())).tenant(tenant);
        if (caFile != null) {
            try {
                client.certificateAuthorities(caFile);
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + caFile);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, "--ca-file: " + e.getMessage());
            }
        }
        return client.build();
    }

    @Nullable
    String key(Map<String, String> environment) {
        if (key != null && key.startsWith("@")) {
            Path file = Path.of(key.substring(1));
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + file);
            }
        }
        if (key != null) {
            return key;
        }
        String variable = environment.get("MAYFLY_KEY");
        if (variable != null && !variable.isBlank()) {
            return variable.strip();
        }
        // Another machine's host has no use for this one's key, and must not learn it.
        return isOnThisMachine() ? AdminKeyFile.read(dataFolder) : null;
    }

    private boolean isOnThisMachine() {
        String name = host.getHost();
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127(\\.\\d{1,3}){3}");
    }

    /** Takes {@code machine:7373} for {@code http://machine:7373}, as people write it. */
    static final class Converter implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            String stripped = text.strip().replaceFirst("/+$", "");
            try {
                URI uri = URI.create(stripped.contains("://") ? stripped : "http://" + stripped);
                if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                    return uri;
                }
            } catch (IllegalArgumentException notAUri) {
                // Said below, as for other text that is no address of a host.
            }
            throw new TypeConversionException("'" + text + "' is no address of a host: write it as http://NAME:PORT");
        }
    }
}

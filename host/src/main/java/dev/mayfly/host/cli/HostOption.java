package dev.mayfly.host.cli;

import java.net.URI;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which host a command talks to. */
final class HostOption {
    @Option(
            names = "--host",
            paramLabel = "URL",
            converter = Converter.class,
            defaultValue = "${env:MAYFLY_HOST:-http://127.0.0.1:7373}",
            description = "The host to talk to; $MAYFLY_HOST where not given (now: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private URI host;

    /** Without a slash at the end. */
    URI uri() {
        return host;
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

package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.http.HttpUpstreamConfig;
import dev.mayfly.hostinterfaces.http.Origin;
import dev.mayfly.hostinterfaces.http.PooledUpstream;
import java.util.List;
import java.util.stream.Collectors;

/** What may be behind an {@code http} binding. */
final class HttpProviders {
    private static final String HTTP_1_1 = "http/1.1";
    private static final String HTTP_2 = "http/2";

    private HttpProviders() {}

    static Providers.Prepared pool(Settings settings) {
        settings.requireKnown(
                "origin",
                "pool-size",
                "connect-timeout",
                "protocol",
                "trusted-certificates",
                "headers",
                "redirects-max",
                "granted-redirect-origins",
                "allow-private-addresses",
                "response-body-bytes-max");
        HttpUpstreamConfig defaults = HttpUpstreamConfig.of(Origin.of(settings.requiredText("origin")));
        String protocol = settings.word("protocol", List.of(HTTP_1_1, HTTP_2), HTTP_1_1);
        HttpUpstreamConfig config = new HttpUpstreamConfig(
                defaults.origin(),
                settings.count("pool-size", defaults.poolSize()),
                settings.time("connect-timeout", defaults.connectTimeout()),
                protocol.equals(HTTP_2) ? HttpUpstreamConfig.Protocol.HTTP_2 : HttpUpstreamConfig.Protocol.HTTP_1_1,
                settings.path("trusted-certificates"),
                settings.secrets("headers"),
                settings.count("redirects-max", defaults.redirectsMax()),
                settings.texts("granted-redirect-origins").stream()
                        .map(Origin::of)
                        .collect(Collectors.toSet()),
                settings.flag("allow-private-addresses", defaults.allowPrivateAddresses()),
                settings.bytes("response-body-bytes-max", defaults.responseBodyBytesMax()));
        return Providers.Prepared.pooled(config.poolSize(), () -> new PooledUpstream(config));
    }
}

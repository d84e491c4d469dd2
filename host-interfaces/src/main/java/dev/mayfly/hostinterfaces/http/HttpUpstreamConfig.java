package dev.mayfly.hostinterfaces.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says of an http binding.
 *
 * @param poolSize the most connections open at once; with HTTP/2 one of them carries all requests
 * @param connectTimeout for each address of the origin, its TLS handshake included; the operation's deadline may be earlier
 * @param trustedCertificates a PEM file with the certificates to trust instead of the system's; null for the system's
 * @param headers of every request to the origin, credentials among them. A function never sees them, its own of the same name are replaced, and no
 *     other origin gets them
 * @param redirectsMax followed for the function; with 0 it gets the redirect itself
 * @param grantedRedirectOrigins where redirects may lead besides the origin
 * @param allowPrivateAddresses whether the name may lead to loopback, private, link-local and other addresses that aren't public
 * @param responseBodyBytesMax of one response
 */
public record HttpUpstreamConfig(
        Origin origin,
        int poolSize,
        Duration connectTimeout,
        Protocol protocol,
        @Nullable Path trustedCertificates,
        List<Map.Entry<String, String>> headers,
        int redirectsMax,
        Set<Origin> grantedRedirectOrigins,
        boolean allowPrivateAddresses,
        long responseBodyBytesMax) {
    /** What is spoken with the upstream. */
    public enum Protocol {
        /** One request at a time on each connection. */
        HTTP_1_1,
        /** All requests on one connection: h2 over TLS (ALPN), else h2c with prior knowledge. */
        HTTP_2
    }

    public HttpUpstreamConfig {
        if (poolSize < 1 || redirectsMax < 0 || responseBodyBytesMax < 0 || !connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "an http binding needs pool-size >= 1, redirects-max >= 0, response-body-bytes-max >= 0 and"
                            + " a connect-timeout: poolSize=" + poolSize + " redirectsMax=" + redirectsMax
                            + " responseBodyBytesMax="
                            + responseBodyBytesMax + " connectTimeout=" + connectTimeout);
        }
        headers = List.copyOf(headers);
        for (Map.Entry<String, String> header : headers) {
            HeaderRules.checkConfigured(header.getKey(), header.getValue());
        }
        grantedRedirectOrigins = Set.copyOf(grantedRedirectOrigins);
    }

    /** 64 connections of HTTP/1.1, 5 s to connect, the system's certificates, no redirects, public addresses only, bodies up to 1 GiB. */
    public static HttpUpstreamConfig of(Origin origin) {
        return new HttpUpstreamConfig(
                origin, 64, Duration.ofSeconds(5), Protocol.HTTP_1_1, null, List.of(), 0, Set.of(), false, 1L << 30);
    }

    public HttpUpstreamConfig withPoolSize(int connections) {
        return with(draft -> draft.poolSize = connections);
    }

    public HttpUpstreamConfig withConnectTimeout(Duration timeout) {
        return with(draft -> draft.connectTimeout = timeout);
    }

    public HttpUpstreamConfig withProtocol(Protocol spoken) {
        return with(draft -> draft.protocol = spoken);
    }

    public HttpUpstreamConfig withTrustedCertificates(@Nullable Path pem) {
        return with(draft -> draft.trustedCertificates = pem);
    }

    public HttpUpstreamConfig withHeaders(List<Map.Entry<String, String>> added) {
        return with(draft -> draft.headers = added);
    }

    public HttpUpstreamConfig withRedirects(int max, Set<Origin> granted) {
        return with(draft -> {
            draft.redirectsMax = max;
            draft.grantedRedirectOrigins = granted;
        });
    }

    public HttpUpstreamConfig withAllowPrivateAddresses(boolean allowed) {
        return with(draft -> draft.allowPrivateAddresses = allowed);
    }

    public HttpUpstreamConfig withResponseBodyBytesMax(long bytes) {
        return with(draft -> draft.responseBodyBytesMax = bytes);
    }

    private HttpUpstreamConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new HttpUpstreamConfig(
                origin,
                draft.poolSize,
                draft.connectTimeout,
                draft.protocol,
                draft.trustedCertificates,
                draft.headers,
                draft.redirectsMax,
                draft.grantedRedirectOrigins,
                draft.allowPrivateAddresses,
                draft.responseBodyBytesMax);
    }

    /** What may be changed. */
    private static final class Draft {
        private int poolSize;
        private Duration connectTimeout;
        private Protocol protocol;
        private @Nullable Path trustedCertificates;
        private List<Map.Entry<String, String>> headers;
        private int redirectsMax;
        private Set<Origin> grantedRedirectOrigins;
        private boolean allowPrivateAddresses;
        private long responseBodyBytesMax;

        Draft(HttpUpstreamConfig config) {
            poolSize = config.poolSize;
            connectTimeout = config.connectTimeout;
            protocol = config.protocol;
            trustedCertificates = config.trustedCertificates;
            headers = config.headers;
            redirectsMax = config.redirectsMax;
            grantedRedirectOrigins = config.grantedRedirectOrigins;
            allowPrivateAddresses = config.allowPrivateAddresses;
            responseBodyBytesMax = config.responseBodyBytesMax;
        }
    }

    /** Without the headers' values: they may be credentials, and records end up in logs. */
    @Override
    public String toString() {
        return "HttpUpstreamConfig[origin=" + origin + ", poolSize=" + poolSize + ", protocol=" + protocol
                + ", headers=" + headers.stream().map(Map.Entry::getKey).toList() + "]";
    }
}

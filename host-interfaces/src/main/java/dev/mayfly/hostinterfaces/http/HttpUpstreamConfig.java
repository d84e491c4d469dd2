package dev.mayfly.hostinterfaces.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        return new HttpUpstreamConfig(
                origin,
                connections,
                connectTimeout,
                protocol,
                trustedCertificates,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withConnectTimeout(Duration timeout) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                timeout,
                protocol,
                trustedCertificates,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withProtocol(Protocol spoken) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                spoken,
                trustedCertificates,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withTrustedCertificates(@Nullable Path pem) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                protocol,
                pem,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withHeaders(List<Map.Entry<String, String>> added) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                protocol,
                trustedCertificates,
                added,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withRedirects(int max, Set<Origin> granted) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                protocol,
                trustedCertificates,
                headers,
                max,
                granted,
                allowPrivateAddresses,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withAllowPrivateAddresses(boolean allowed) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                protocol,
                trustedCertificates,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowed,
                responseBodyBytesMax);
    }

    public HttpUpstreamConfig withResponseBodyBytesMax(long bytes) {
        return new HttpUpstreamConfig(
                origin,
                poolSize,
                connectTimeout,
                protocol,
                trustedCertificates,
                headers,
                redirectsMax,
                grantedRedirectOrigins,
                allowPrivateAddresses,
                bytes);
    }

    /** Without the headers' values: they may be credentials, and records end up in logs. */
    @Override
    public String toString() {
        return "HttpUpstreamConfig[origin=" + origin + ", poolSize=" + poolSize + ", protocol=" + protocol
                + ", headers=" + headers.stream().map(Map.Entry::getKey).toList() + "]";
    }
}

package dev.mayfly.hostinterfaces.http;

/** {@link PooledUpstream} over HTTP/1.1. */
class Http1UpstreamTest extends HttpUpstreamContract {
    @Override
    HttpUpstreamConfig spoken(HttpUpstreamConfig config) {
        return config.withProtocol(HttpUpstreamConfig.Protocol.HTTP_1_1);
    }
}

package dev.mayfly.hostinterfaces.http;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** HTTP/1.1 on blocking sockets: a connection carries one request at a time and is kept for the next. */
final class KeepAliveTransport implements Transport {
    /** A line of an answer's head; the longest cookies and signed addresses stay below. */
    static final int HEAD_LINE_BYTES_MAX = 16 << 10;

    static final int HEADER_COUNT_MAX = 200;

    /**
     * A connection has three buffers of that size. Heads are mostly shorter, and pieces of a body that are longer pass them by. The library's 8 KiB
     * made 24 KiB a connection, three quarters of the heap of 10,000 waiting calls, all of which a young collection copied.
     */
    private static final int CONNECTION_BUFFER_BYTES = 2 << 10;

    /** A connection that idled for longer is looked at before it is used, which costs up to a millisecond. */
    private static final TimeValue LOOK_AFTER_IDLE = TimeValue.ofSeconds(1);

    private final PoolingHttpClientConnectionManager connections;
    private final CloseableHttpClient client;

    KeepAliveTransport(HttpUpstreamConfig config, CheckedNames names, SSLContext tls) {
        Timeout connectTimeout = Timeout.of(config.connectTimeout());
        Http1Config http1 = Http1Config.custom()
                .setBufferSize(CONNECTION_BUFFER_BYTES)
                .setMaxLineLength(HEAD_LINE_BYTES_MAX)
                .setMaxHeaderCount(HEADER_COUNT_MAX)
                .build();
        connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(names)
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
                .setMaxConnTotal(config.poolSize())
                .setMaxConnPerRoute(config.poolSize())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connectTimeout)
                        .setValidateAfterInactivity(LOOK_AFTER_IDLE)
                        .build())
                // Who waits for an answer is woken at the deadline (DeadlineWatch). The library's own three minutes
                // cost two more calls of the kernel a read, and on a virtual thread an alarm set and taken back.
                .setDefaultSocketConfig(
                        SocketConfig.custom().setSoTimeout(Timeout.DISABLED).build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(http1)
                        // The client's own skips lines that are no HTTP and waits for more, until the deadline.
                        .responseParserFactory(new DefaultHttpResponseParserFactory(http1))
                        .charCodingConfig(CharCodingConfig.custom()
                                .setCharset(StandardCharsets.ISO_8859_1)
                                .build())
                        .build())
                .build();
        client = HttpClients.custom()
                .setConnectionManager(connections)
                .setRetryStrategy(new OnceMoreWhenStale())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setProtocolUpgradeEnabled(false).build())
                .setUserAgent(PooledUpstream.USER_AGENT)
                .disableAuthCaching()
                .disableContentCompression()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
    }

    /**
     * An upstream may close a kept connection at any time, and a request may be on its way just then. Such a request is sent again, once, if that can do
     * no harm: it has no body and its method is idempotent. The other idle connections are most likely as dead, so they are closed.
     */
    private final class OnceMoreWhenStale implements HttpRequestRetryStrategy {
        @Override
        public boolean retryRequest(HttpRequest request, IOException failure, int attempt, HttpContext context) {
            EndpointDetails connection = HttpClientContext.cast(context).getEndpointDetails();
            boolean stale = connection != null
                    && connection.getResponseCount() > 0
                    && (failure instanceof NoHttpResponseException || failure instanceof SocketException);
            if (attempt > 1 || !stale || !Method.isIdempotent(request.getMethod())) {
                return false;
            }
            connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
            return true;
        }

        @Override
        public boolean retryRequest(HttpResponse response, int attempt, HttpContext context) {
            return false;
        }

        @Override
        public TimeValue getRetryInterval(HttpResponse response, int attempt, HttpContext context) {
            return TimeValue.ZERO_MILLISECONDS;
        }
    }

    @Override
    public ClassicHttpResponse send(HttpHost target, HttpUriRequestBase request) throws IOException {
        return client.executeOpen(target, request, HttpClientContext.create());
    }

    @Override
    public int connectionsOpen() {
        PoolStats stats = connections.getTotalStats();
        return stats.getLeased() + stats.getAvailable();
    }

    @Override
    public void closeIdle(Duration idle) {
        connections.closeExpired();
        connections.closeIdle(TimeValue.of(idle));
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}

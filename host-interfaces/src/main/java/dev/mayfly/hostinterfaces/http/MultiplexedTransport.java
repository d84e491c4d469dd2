package dev.mayfly.hostinterfaces.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.H2AsyncClientBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** HTTP/2: all requests to an origin are streams of one connection. What passes the upstream's limit of streams waits for one to end. */
final class MultiplexedTransport implements Transport {
    private static final int HEAD_BYTES_MAX = 64 << 10;

    private final AtomicInteger open = new AtomicInteger();
    private final CloseableHttpAsyncClient client;

    MultiplexedTransport(HttpUpstreamConfig config, CheckedNames names, SSLContext tls, Duration idleMax) {
        client = H2AsyncClientBuilder.create()
                .setDnsResolver(names)
                .setTlsStrategy(new DefaultClientTlsStrategy(tls))
                .setH2Config(H2Config.custom()
                        .setPushEnabled(false)
                        .setMaxHeaderListSize(HEAD_BYTES_MAX)
                        .build())
                .setCharCodingConfig(CharCodingConfig.custom()
                        .setCharset(StandardCharsets.ISO_8859_1)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(config.connectTimeout()))
                        .build())
                .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build())
                .setIOSessionListener(new Count())
                .setRetryStrategy(new OnceMoreWhenClosed())
                .evictIdleConnections(TimeValue.of(idleMax))
                .setUserAgent(PooledUpstream.USER_AGENT)
                .disableAuthCaching()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
        client.start();
    }

    /** Counts connections. */
    private final class Count implements IOSessionListener {
        @Override
        public void connected(IOSession session) {
            open.incrementAndGet();
        }

        @Override
        public void disconnected(IOSession session) {
            open.decrementAndGet();
        }

        @Override
        public void startTls(IOSession session) {}

        @Override
        public void inputReady(IOSession session) {}

        @Override
        public void outputReady(IOSession session) {}

        @Override
        public void timeout(IOSession session) {}

        @Override
        public void exception(IOSession session, Exception failure) {}
    }

    /**
     * As over HTTP/1.1: a request that met a connection's end is sent once more if it has no body and is idempotent. The client replaces a connection
     * when one of its streams fails or is cancelled; the other streams on it go on to their end.
     */
    private static final class OnceMoreWhenClosed implements HttpRequestRetryStrategy {
        @Override
        public boolean retryRequest(HttpRequest request, IOException failure, int attempt, HttpContext context) {
            return attempt <= 1
                    && Method.isIdempotent(request.getMethod())
                    && (failure instanceof RequestNotExecutedException
                            || failure instanceof ConnectionClosedException
                            || failure instanceof ClosedChannelException);
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
        StreamedCall call = new StreamedCall(request);
        Future<Void> stream = client.execute(target, call, call, null, HttpClientContext.create(), null);
        request.setDependency(() -> {
            call.failed(new ConnectionClosedException("cancelled"));
            return stream.cancel(true);
        });
        if (request.getEntity() != null) {
            try (OutputStream out = call.uploadStream()) {
                request.getEntity().writeTo(out);
            } catch (IOException e) {
                if (!call.isAnswered()) {
                    throw e;
                }
                // It answered before it had read everything, which is its right.
            }
        }
        return call.awaitHead();
    }

    @Override
    public int connectionsOpen() {
        return open.get();
    }

    @Override
    public void closeIdle(Duration idle) {
        // The client does, by the time it was made with.
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}

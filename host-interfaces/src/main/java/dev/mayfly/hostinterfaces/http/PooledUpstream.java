package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/**
 * An upstream on Apache HttpClient, with the host's own bounds around it.
 *
 * <p>Its own are: the deadline over the whole of a request ({@link Exchange}), which addresses a name may lead to ({@link CheckedNames}), what may be in
 * a head ({@link HeaderRules}), the wait for a connection, and redirects.
 */
// Why not Helidon's WebClient 4.4.0, which the host has already: it reads each chunk of a chunked body into memory
// whole, so an upstream decides how much
// (Http1CallChainBase.ChunkedInputStream); takes 103 Early Hints for the answer; races with its own idle monitor over a
// socket's read timeout
// (helidon#10861); and its HTTP/2 client decodes header blocks out of order (helidon#11529) and adds each window update
// twice (helidon#11771).
// Why not java.net.http: nothing can come between its name lookup and its connect, and it has no bound on connections.
public final class PooledUpstream implements HttpUpstream {
    /** Where the function and the binding give none: there are upstreams that want one. */
    static final String USER_AGENT = "Mayfly";

    /** Servers keep idle connections for a minute or so; those that are closed by us can't be closed on us. */
    private static final Duration IDLE_MAX = Duration.ofSeconds(30);

    /** Requests under way over HTTP/2, those that wait for the upstream's own limit among them. */
    private static final int STREAMS_MAX = 16_384;

    /** What a function may have put its own credentials in: not for another origin than the one it asked. */
    private static final Set<String> NOT_FOR_OTHER_ORIGINS = Set.of("authorization", "cookie");

    /** Replaced by each request's path, which the client must not interpret. */
    private static final URI ROOT = URI.create("/");

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final HttpUpstreamConfig config;
    private final Set<String> configuredNames;
    private final Semaphore connectionsFree;
    private final ScheduledThreadPoolExecutor timer;
    private final Transport transport;
    private final DeadlineWatch watch;
    private final Future<?> idleSweep;

    public PooledUpstream(HttpUpstreamConfig config) {
        this(config, InetAddress::getAllByName);
    }

    PooledUpstream(HttpUpstreamConfig config, CheckedNames.Lookup lookup) {
        this.config = config;
        configuredNames = config.headers().stream()
                .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        connectionsFree = new Semaphore(requestsAtOnce(config), true);
        CheckedNames names =
                new CheckedNames(lookup, new AddressRules(config.allowPrivateAddresses()), config.connectTimeout());
        SSLContext tls = Certificates.trusting(config.trustedCertificates());
        transport = switch (config.protocol()) {
            case HTTP_1_1 -> new KeepAliveTransport(config, names, tls);
            case HTTP_2 -> new MultiplexedTransport(config, names, tls, IDLE_MAX);
        };
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("mayfly-upstream-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        watch = new DeadlineWatch(timer);
        idleSweep = timer.scheduleWithFixedDelay(
                () -> transport.closeIdle(IDLE_MAX), IDLE_MAX.toSeconds(), IDLE_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    private static int requestsAtOnce(HttpUpstreamConfig config) {
        return switch (config.protocol()) {
            case HTTP_1_1 -> config.poolSize();
            case HTTP_2 -> STREAMS_MAX;
        };
    }

    @Override
    public Response send(Request request, Deadline deadline) {
        HeaderRules.check(request);
        Origin origin = config.origin();
        Request hop = request;
        for (int followed = 0; ; followed++) {
            Response response = exchange(origin, hop, deadline);
            URI target = redirectTarget(response, origin, hop);
            if (target == null) {
                return response;
            }
            response.body().close();
            if (followed == config.redirectsMax()) {
                throw HostError.of(
                        HostError.Kind.LIMIT_EXCEEDED,
                        "the upstream redirects more often than redirects-max=" + config.redirectsMax());
            }
            origin = granted(target);
            hop = redirected(hop, response.status(), target, origin.equals(config.origin()));
            HeaderRules.check(hop);
        }
    }

    private Response exchange(Origin origin, Request request, Deadline deadline) {
        HttpUriRequestBase message = message(origin, request);
        awaitConnection(deadline);
        Exchange exchange =
                new Exchange(message, deadline, watch, config.responseBodyBytesMax(), connectionsFree::release);
        HttpHost target = new HttpHost(origin.scheme(), origin.host(), origin.port());
        ClassicHttpResponse response =
                ScopedValue.where(CheckedNames.DEADLINE, deadline).call(() -> exchange.send(transport, target));
        long length = response.getEntity() == null ? 0 : response.getEntity().getContentLength();
        return new Response(
                response.getCode(),
                HeaderRules.answered(response.getHeaders()),
                Body.of(exchange, length < 0 ? Body.UNKNOWN : length));
    }

    private HttpUriRequestBase message(Origin origin, Request request) {
        HttpUriRequestBase message = new HttpUriRequestBase(request.method(), ROOT);
        message.setPath(request.pathAndQuery());
        message.setScheme(origin.scheme());
        message.setAuthority(new URIAuthority(origin.host(), origin.onDefaultPort() ? -1 : origin.port()));
        boolean home = origin.equals(config.origin());
        for (Map.Entry<String, String> header : request.headers()) {
            if (!home || !configuredNames.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                message.addHeader(header.getKey(), header.getValue());
            }
        }
        if (home) {
            config.headers().forEach(header -> message.addHeader(header.getKey(), header.getValue()));
        }
        if (request.body() != null) {
            message.setEntity(new RequestEntity(request.body()));
        }
        return message;
    }

    private void awaitConnection(Deadline deadline) {
        try {
            if (!connectionsFree.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw HostError.of(
                        HostError.Kind.UNAVAILABLE,
                        "all connections to the upstream stayed busy until the deadline: pool-size="
                                + config.poolSize());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "interrupted while waiting for a connection", e);
        }
    }

    /** Where to go on, or null when the answer is for the function: among them a redirect that asks for a body again, which is gone. */
    private @Nullable URI redirectTarget(Response response, Origin origin, Request request) {
        if (config.redirectsMax() == 0 || !REDIRECTS.contains(response.status())) {
            return null;
        }
        boolean bodyAgain = request.body() != null && request.method().equals(methodAfter(request, response.status()));
        String location = response.headers().stream()
                .filter(header -> header.getKey().equals("location"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (bodyAgain || location == null) {
            return null;
        }
        try {
            return new URI(origin + request.pathAndQuery()).resolve(new URI(location));
        } catch (URISyntaxException e) {
            response.body().close();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the upstream redirects to what isn't an address", e);
        }
    }

    /** RFC 9110, sections 15.4.2 to 15.4.4: 303 asks for a GET, and 301 and 302 always turned a POST into one. */
    private static String methodAfter(Request request, int status) {
        boolean post = request.method().equals("POST");
        boolean get = (status == 303 && !request.method().equals("HEAD")) || ((status == 301 || status == 302) && post);
        return get ? "GET" : request.method();
    }

    private Request redirected(Request request, int status, URI target, boolean home) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(request.headers());
        if (!home) {
            headers.removeIf(header -> {
                String name = header.getKey().toLowerCase(Locale.ROOT);
                return NOT_FOR_OTHER_ORIGINS.contains(name) || configuredNames.contains(name);
            });
        }
        String path = target.getRawPath() == null || target.getRawPath().isEmpty() ? "/" : target.getRawPath();
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        return new Request(methodAfter(request, status), path + query, headers, null);
    }

    private Origin granted(URI target) {
        try {
            Origin origin = Origin.of(target);
            if (origin.equals(config.origin())
                    || config.grantedRedirectOrigins().contains(origin)) {
                return origin;
            }
        } catch (IllegalArgumentException e) {
            // Neither http nor https: granted to nobody.
        }
        throw HostError.of(HostError.Kind.PERMISSION_DENIED, "the upstream redirects to an origin that isn't granted");
    }

    @Override
    public Origin origin() {
        return config.origin();
    }

    @Override
    public int connectionsOpen() {
        return transport.connectionsOpen();
    }

    @Override
    public void close() {
        idleSweep.cancel(false);
        timer.shutdownNow();
        watch.close();
        transport.close();
    }
}

package dev.mayfly.host.http;

import dev.mayfly.host.Limits;
import dev.mayfly.host.invoke.Cancellation;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.buffers.LazyString;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.RequestException;
import io.helidon.http.http2.Http2Util;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: the web server's, with three things added that it doesn't offer.
 *
 * <ul>
 *   <li>Whether the client is still there while its request is being answered. HTTP/1.1: while a function runs long, a virtual thread reads ahead;
 *       what it gets is handed to whoever reads next, so nothing is lost, and an end of the stream means that the client has gone. HTTP/2: the
 *       connection's thread reads all the time anyway, and {@link StreamResets} listens in.
 *   <li>Time limits on what a client does slowly: {@link SlowClients} asks each connection from time to time.
 *   <li>Header values as ISO 8859-1, so that no octet is lost; the server reads them as ASCII.
 * </ul>
 *
 * <p>Threads: with HTTP/1.1 everything runs on the connection's thread, but for what is said to be otherwise.
 */
final class ClientConnection implements ConnectionContext {
    /** What an HTTP/2 client sends first: RFC 9113, section 3.4. */
    private static final byte[] HTTP2_PREFACE = Http2Util.prefaceData().readBytes();

    private static final VarHandle WAIT_END_NS = waitEndHandle();

    private final ConnectionContext context;
    private final Router router;
    private final DataReader reader;
    private final Limits limits;

    /** Until when the client is waited for, as by {@link System#nanoTime}; 0 while it isn't. Written by the connection's thread, read by {@link SlowClients}. */
    private long waitEndNs;

    /** More than one with HTTP/2 only. */
    private final AtomicInteger openRequests = new AtomicInteger();

    private volatile boolean closing;

    /** A read ahead that nobody has taken the bytes of. */
    private @Nullable FutureTask<byte @Nullable []> readAhead;

    /** Not null: this is an HTTP/2 connection. */
    private volatile @Nullable StreamResets streamResets;

    /** HTTP/2: nobody reads what the client sends any more. Written by the connection's thread, read by the streams' ones. */
    private volatile boolean ended;

    ClientConnection(ConnectionContext context, Router router, Limits limits) {
        this.context = context;
        this.router = router;
        this.limits = limits;
        this.reader = new Reader(this);
    }

    private static final class Reader extends DataReader {
        // The factory method that takes this constructor's place in a later Helidon has no room for a subclass.
        @SuppressWarnings("removal")
        Reader(ClientConnection connection) {
            super(connection::read);
        }

        @Override
        public LazyString readLazyString(Charset charset, int length) {
            return super.readLazyString(StandardCharsets.ISO_8859_1, length);
        }
    }

    /** Everything the client sends comes through here. */
    private byte[] read() {
        byte[] bytes = readAhead == null ? receive() : takeReadAhead(readAhead);
        if (bytes == null) {
            ended = true;
            // The server expects this end in some places only, and elsewhere takes it for a mistake of its own.
            throw new CloseConnectionException("the client closed the connection");
        }
        StreamResets resets = streamResets;
        if (resets != null) {
            resets.observe(bytes);
        } else if (waitEndNs == 0) {
            waitForHead();
        }
        return bytes;
    }

    private byte @Nullable [] receive() {
        try {
            return context.serverSocket().get();
        } catch (UncheckedIOException e) {
            ended = true;
            throw new ServerConnectionException("can't read from the client", e);
        }
    }

    private byte @Nullable [] takeReadAhead(FutureTask<byte @Nullable []> task) {
        readAhead = null;
        try {
            return task.get();
        } catch (InterruptedException e) {
            // The server stops: the task ends when it closes the socket.
            throw new ServerConnectionException("interrupted while waiting for the client", e);
        } catch (ExecutionException e) {
            throw new ServerConnectionException("can't read from the client", e.getCause());
        }
    }

    /** The connection that a request outside of {@link FrontRouting} came by. */
    static ClientConnection of(ServerRequest request) {
        return request.context().get(ClientConnection.class).orElseThrow();
    }

    /**
     * Reads what is left of a body that nobody wants, after its response was sent. Closing instead would reset the connection while the client
     * still sends, and the client might never see the response.
     */
    void discardBody(ServerRequest request) {
        if (!request.content().consumed()) {
            waitFor(limits.requestBodyTimeMax());
            try {
                request.content().consume();
            } catch (RequestException | IllegalArgumentException | DataReader.IncorrectNewLineException e) {
                throw new CloseConnectionException("the rest of a body can't be read", e);
            } finally {
                waitNoMore();
            }
        }
    }

    /** Whether this is HTTP/2 from its first byte on. Waits for as many bytes as it takes to know. */
    boolean startsHttp2() {
        // Listens from the first byte on: frames may come with the preface.
        streamResets = new StreamResets();
        if (reader.startsWith(HTTP2_PREFACE)) {
            waitNoMore();
            return true;
        }
        streamResets = null;
        return false;
    }

    /** Makes this an HTTP/2 connection: what the client sends next is HTTP/2's preface. */
    void switchToHttp2() {
        waitNoMore();
        streamResets = new StreamResets();
    }

    boolean isHttp1() {
        return streamResets == null;
    }

    /** The connection is over, also where it is the host that ended it: requests of it that are still being answered are so for nobody. */
    void markEnded() {
        ended = true;
    }

    /** A request is being answered from now on. */
    void begin() {
        openRequests.incrementAndGet();
    }

    /** A request is answered. */
    void end() {
        if (openRequests.decrementAndGet() == 0 && closing) {
            abort();
        }
    }

    /** Whether no request is being answered. Any thread. */
    boolean isAtRest() {
        return openRequests.get() == 0;
    }

    /** Closes the connection as soon as no request is being answered. Any thread. */
    void closeWhenAtRest() {
        // In this order: who ends the last request sees the flag, or this sees that it has ended.
        closing = true;
        if (isAtRest()) {
            abort();
        }
    }

    /** Tells whether the client of the request with that id is gone. */
    Cancellation cancellation(int requestId) {
        StreamResets resets = streamResets;
        return resets == null ? this::isHttp1ClientGone : () -> ended || resets.contains(requestId);
    }

    private boolean isHttp1ClientGone() {
        FutureTask<byte @Nullable []> task = readAhead;
        if (task == null) {
            // The next request is here already, so the client was a moment ago; reading past it would be unbounded.
            if (reader.available() == 0) {
                readAhead = new FutureTask<>(this::receive);
                Thread.startVirtualThread(readAhead);
            }
            return false;
        }
        return task.state() == Future.State.FAILED
                || (task.state() == Future.State.SUCCESS && task.resultNow() == null);
    }

    /** A request's head is waited for from now on. */
    void waitForHead() {
        waitFor(limits.requestHeadTimeMax());
    }

    /**
     * The client is waited for from now on, and cut off if that takes too long. HTTP/1.1 only: the streams of an HTTP/2 connection are waited for
     * in no common order.
     */
    void waitFor(Duration timeMax) {
        waitUntil(System.nanoTime() + timeMax.toNanos());
    }

    /** The same until a time, as by {@link System#nanoTime}. */
    void waitUntil(long endNs) {
        if (streamResets == null) {
            // Each request writes this more than once: a store without a fence. One nanosecond more or less makes no
            // difference, and no time is 0.
            WAIT_END_NS.setRelease(this, endNs | 1);
        }
    }

    /** Nothing is expected of the client: it is between requests, or a function runs. */
    void waitNoMore() {
        WAIT_END_NS.setRelease(this, 0L);
    }

    /** Aborts when the client has taken longer than it may. Any thread. */
    void abortIfSlow(long nowNs) {
        long endNs = (long) WAIT_END_NS.getAcquire(this);
        if (endNs != 0 && nowNs - endNs > 0) {
            abort();
        }
    }

    /** Cuts the client off: whoever reads or writes gets an exception. Any thread. */
    void abort() {
        try {
            context.serverSocket().close();
        } catch (UncheckedIOException e) {
            // It was closed by its own thread meanwhile.
        }
    }

    private static VarHandle waitEndHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(ClientConnection.class, "waitEndNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public Router router() {
        return router;
    }

    @Override
    public ListenerContext listenerContext() {
        return context.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return context.executor();
    }

    @Override
    public DataWriter dataWriter() {
        return context.dataWriter();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return context.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return context.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return context.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return context.localPeer();
    }

    @Override
    public boolean isSecure() {
        return context.isSecure();
    }

    @Override
    public String socketId() {
        return context.socketId();
    }

    @Override
    public String childSocketId() {
        return context.childSocketId();
    }
}

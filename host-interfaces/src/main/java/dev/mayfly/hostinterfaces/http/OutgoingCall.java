package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Awaitable;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.memorypool.AnswerWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request to an upstream under way on a thread of its own, while the function goes on: it looks at what has come, and writes what there is room
 * for. So many go at once as the function's grant permits.
 *
 * <p>Threads: the invocation's own, but for what runs the request. Closing it ends the request wherever it is.
 */
final class OutgoingCall implements Awaitable, AutoCloseable {
    /** {@link #isReady}: the answer's head. */
    static final int HEAD = 0;
    /** {@link #isReady}: bytes of the answer's body. */
    static final int READABLE = 1;
    /** {@link #isReady}: room for bytes of the request's body. */
    static final int WRITABLE = 2;

    /** Of either body, on its way between the two threads: what a response is sent in. */
    private static final int BODY_BYTES_KEPT = 64 << 10;

    private static final byte[] NOTHING = {};

    private static final System.Logger LOG = System.getLogger(OutgoingCall.class.getName());

    /**
     * How long to wait, in nanoseconds: {@link Long#MAX_VALUE} for as long as the invocation lasts.
     *
     * @param headNs from the start to the answer's head
     * @param betweenBytesNs from some bytes of the answer to the next
     */
    record Timeouts(long headNs, long betweenBytesNs) {}

    private final HttpUpstream upstream;
    private final HttpUpstream.Request request;
    private final Deadline deadline;
    private final Timeouts timeouts;
    private final Consumer<Boolean> ended;
    private final Thread owner = Thread.currentThread();
    private final long beginNs = System.nanoTime();
    private final @Nullable Pipe upload;
    private final Thread thread;

    private volatile HttpUpstream.@Nullable Response head;
    private volatile @Nullable Pipe download;
    private volatile @Nullable HostError failure;
    private volatile long lastBytesNs = beginNs;
    private volatile boolean closed;

    /**
     * Sends a request.
     *
     * @param upload where its body comes from; null where it is with the request, or there is none
     * @param ended told when the request is over, and whether it succeeded
     */
    OutgoingCall(
            HttpUpstream upstream,
            HttpUpstream.Request request,
            @Nullable Pipe upload,
            Deadline deadline,
            Timeouts timeouts,
            Consumer<Boolean> ended) {
        this.upstream = upstream;
        this.request = request;
        this.upload = upload;
        this.deadline = deadline;
        this.timeouts = timeouts;
        this.ended = ended;
        this.thread = Thread.ofVirtual().name("mayfly-request").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Where a function writes the body of a request that it begins. */
    static Pipe uploadPipe() {
        Thread owner = Thread.currentThread();
        return new Pipe(BODY_BYTES_KEPT, () -> LockSupport.unpark(owner));
    }

    private void run() {
        try (Body _ = request.body()) {
            HttpUpstream.Response response = upstream.send(request, deadline);
            try (Body body = response.body()) {
                receive(response, body);
            }
        } catch (HostError e) {
            fail(e);
        } catch (IOException | UncheckedIOException e) {
            fail(Faults.of(e));
        } catch (InterruptedException e) {
            fail(HostError.of(HostError.Kind.UNAVAILABLE, "the request was given up"));
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.log(System.Logger.Level.ERROR, "a request to an upstream failed", e);
            }
            fail(HostError.of(HostError.Kind.UNAVAILABLE, "the host failed to send the request", e));
        } finally {
            ended.accept(failure == null);
            wake();
        }
    }

    private void receive(HttpUpstream.Response response, Body body) throws IOException, InterruptedException {
        long kept = body.length() == Body.UNKNOWN ? BODY_BYTES_KEPT : Math.min(body.length(), BODY_BYTES_KEPT);
        // A byte more, so that a small body's end is seen before the function has read any of it.
        Pipe received = new Pipe((int) kept + 1, this::came);
        download = received;
        lastBytesNs = System.nanoTime();
        head = response;
        wake();
        received.fill(body.stream());
    }

    private void came() {
        lastBytesNs = System.nanoTime();
        wake();
    }

    /** The first reason is the one that is told. */
    private void fail(HostError told) {
        HostError reason;
        synchronized (this) {
            reason = failure == null ? told : failure;
            failure = reason;
        }
        Pipe received = download;
        if (received != null) {
            received.fail(reason);
        }
        if (upload != null) {
            upload.fail(reason);
        }
    }

    private void wake() {
        LockSupport.unpark(owner);
    }

    @Override
    public boolean isReady(int what) {
        if (leftNs(what) <= 0) {
            fail(Faults.timeout());
            thread.interrupt();
        }
        Pipe received = download;
        return switch (what) {
            case HEAD -> head != null || failure != null;
            case READABLE -> received == null ? failure != null : received.hasSome();
            default -> upload == null || upload.hasRoom();
        };
    }

    @Override
    public long leftNs(int what) {
        if (failure != null) {
            return Long.MAX_VALUE;
        }
        Pipe received = download;
        if (received == null) {
            return left(timeouts.headNs(), beginNs);
        }
        return what == READABLE && !received.hasSome() ? left(timeouts.betweenBytesNs(), lastBytesNs) : Long.MAX_VALUE;
    }

    private static long left(long ns, long sinceNs) {
        return ns == Long.MAX_VALUE ? ns : Math.max(0, ns - (System.nanoTime() - sinceNs));
    }

    /** The answer's head, if it is there; the failure is thrown here. */
    HttpUpstream.@Nullable Response head() {
        HttpUpstream.Response head = this.head;
        HostError failure = this.failure;
        if (head == null && failure != null) {
            throw failure;
        }
        return head;
    }

    /** Writes bytes of the answer's body: none if there are none yet, or that it has ended. */
    void read(int bytesMax, AnswerWriter out) {
        Pipe received = download;
        if (received == null) {
            out.bool(true).bytes(NOTHING);
        } else {
            received.poll(bytesMax, out);
        }
    }

    /** Where the request's body is written. */
    Pipe upload() {
        if (upload == null) {
            throw HostError.of(HostError.Kind.INVALID, "the request has no body to write");
        }
        return upload;
    }

    @Override
    public void close() {
        closed = true;
        if (upload != null) {
            upload.fail(HostError.of(HostError.Kind.UNAVAILABLE, "the request was given up"));
        }
        thread.interrupt();
    }
}

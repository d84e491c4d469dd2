package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.memorypool.AnswerWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bytes between a function, which never waits here, and the thread of a request of its, which does. Bounded, so that neither gets ahead of the other.
 *
 * <p>Threads: one at each end. Bytes that are there are their reader's and room is its writer's, so that both are copied without the lock.
 */
final class Pipe {
    private final byte[] ring;
    private final Runnable changed;
    // No monitor: a virtual thread that waits in one is woken by way of a thread of the JVM's.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition forRequest = lock.newCondition();
    private int start;
    private int count;
    private boolean ended;
    private @Nullable HostError failure;

    /** @param changed run by the request's thread when there is something new for the function */
    Pipe(int bytesMax, Runnable changed) {
        this.ring = new byte[Math.max(1, bytesMax)];
        this.changed = changed;
    }

    /** How much may be offered; the failure is thrown here. */
    int room() {
        lock.lock();
        try {
            throwFailure();
            return ring.length - count;
        } finally {
            lock.unlock();
        }
    }

    boolean hasRoom() {
        lock.lock();
        try {
            return failure != null || count < ring.length;
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #poll} has something to say. */
    boolean hasSome() {
        lock.lock();
        try {
            return failure != null || ended || count > 0;
        } finally {
            lock.unlock();
        }
    }

    /** The function's end: takes as many bytes as there is room for. */
    int offer(byte[] bytes) {
        int taken = Math.min(bytes.length, room());
        int from = roomStart();
        int first = Math.min(taken, ring.length - from);
        System.arraycopy(bytes, 0, ring, from, first);
        System.arraycopy(bytes, first, ring, 0, taken - first);
        added(taken);
        return taken;
    }

    /** The function's end: writes what is there, no bytes if nothing is yet, or that the end was reached. */
    void poll(int bytesMax, AnswerWriter out) {
        int from;
        int taken;
        boolean over;
        lock.lock();
        try {
            if (count == 0) {
                throwFailure();
            }
            over = count == 0 && ended;
            from = start;
            taken = Math.min(bytesMax, Math.min(count, ring.length - from));
        } finally {
            lock.unlock();
        }
        out.bool(!over);
        if (!over) {
            out.bytes(ring, from, taken);
            removed(taken);
        }
    }

    /** The request's end: puts in all of a stream, as there is room, and ends. */
    void fill(InputStream stream) throws IOException, InterruptedException {
        int read = 0;
        while (read >= 0) {
            int from;
            int room;
            lock.lock();
            try {
                while (count == ring.length) {
                    forRequest.await();
                }
                from = roomStart();
                room = Math.min(ring.length - count, ring.length - from);
            } finally {
                lock.unlock();
            }
            read = stream.read(ring, from, room);
            if (read > 0) {
                added(read);
                changed.run();
            }
        }
        end();
    }

    /** No more bytes come. */
    void end() {
        over(null);
    }

    /** Nothing more comes, and what went before is not all. */
    void fail(HostError reason) {
        over(reason);
    }

    private void over(@Nullable HostError reason) {
        lock.lock();
        try {
            if (reason == null) {
                ended = true;
            } else if (failure == null && !ended) {
                failure = reason;
            }
            forRequest.signalAll();
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    /** The request's end: waits for bytes. */
    InputStream stream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return take(into, offset, length);
            }
        };
    }

    private int take(byte[] into, int offset, int length) throws IOException {
        int from;
        int taken;
        lock.lock();
        try {
            while (count == 0 && !ended && failure == null) {
                forRequest.await();
            }
            if (failure != null) {
                throw new IOException("the request's body broke off", failure);
            }
            if (count == 0) {
                return -1;
            }
            from = start;
            taken = Math.min(length, Math.min(count, ring.length - from));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the request was given up");
        } finally {
            lock.unlock();
        }
        System.arraycopy(ring, from, into, offset, taken);
        removed(taken);
        changed.run();
        return taken;
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    private int roomStart() {
        lock.lock();
        try {
            return (start + count) % ring.length;
        } finally {
            lock.unlock();
        }
    }

    private void added(int bytes) {
        lock.lock();
        try {
            count += bytes;
            forRequest.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void removed(int bytes) {
        lock.lock();
        try {
            start = (start + bytes) % ring.length;
            count -= bytes;
            forRequest.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

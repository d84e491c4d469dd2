package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes between a function, which never waits here, and the thread of a request of its, which does. Bounded, so that neither gets ahead of the other.
 *
 * <p>Threads: one at each end.
 */
final class Pipe {
    private final byte[] ring;
    private final Runnable changed;
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
    synchronized int room() {
        throwFailure();
        return ring.length - count;
    }

    synchronized boolean hasRoom() {
        return failure != null || count < ring.length;
    }

    /** Whether {@link #poll} has something to say. */
    synchronized boolean hasSome() {
        return failure != null || ended || count > 0;
    }

    /** The function's end: takes as many bytes as there is room for. */
    synchronized int offer(byte[] bytes) {
        throwFailure();
        int taken = Math.min(bytes.length, ring.length - count);
        copyIn(bytes, 0, taken);
        return taken;
    }

    /** The function's end: what is there, none if nothing is yet; null behind the end. */
    synchronized byte @Nullable [] poll(int bytesMax) {
        if (count == 0) {
            throwFailure();
            return ended ? null : new byte[0];
        }
        byte[] bytes = new byte[Math.min(count, bytesMax)];
        copyOut(bytes, 0, bytes.length);
        return bytes;
    }

    /** The request's end: waits for room. */
    void put(byte[] bytes, int length) throws InterruptedException {
        int at = 0;
        while (at < length) {
            synchronized (this) {
                while (count == ring.length) {
                    wait();
                }
                int taken = Math.min(length - at, ring.length - count);
                copyIn(bytes, at, taken);
                at += taken;
            }
            changed.run();
        }
    }

    /** No more bytes come. */
    void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        changed.run();
    }

    /** Nothing more comes, and what went before is not all. */
    void fail(HostError reason) {
        synchronized (this) {
            if (failure == null && !ended) {
                failure = reason;
            }
            notifyAll();
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
        int taken;
        synchronized (this) {
            try {
                while (count == 0 && !ended && failure == null) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the request was given up");
            }
            if (failure != null) {
                throw new IOException("the request's body broke off", failure);
            }
            if (count == 0) {
                return -1;
            }
            taken = Math.min(count, length);
            copyOut(into, offset, taken);
        }
        changed.run();
        return taken;
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized void copyIn(byte[] bytes, int offset, int length) {
        int end = (start + count) % ring.length;
        int first = Math.min(length, ring.length - end);
        System.arraycopy(bytes, offset, ring, end, first);
        System.arraycopy(bytes, offset + first, ring, 0, length - first);
        count += length;
        notifyAll();
    }

    private synchronized void copyOut(byte[] into, int offset, int length) {
        int first = Math.min(length, ring.length - start);
        System.arraycopy(ring, start, into, offset, first);
        System.arraycopy(ring, 0, into, offset + first, length - first);
        start = (start + length) % ring.length;
        count -= length;
        notifyAll();
    }
}

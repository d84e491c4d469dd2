package dev.mayfly.host.observe;

import dev.mayfly.engine.MayflyException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to a file from a thread of its own, so that no request waits for a disk. Lines that come faster than the disk takes them are dropped
 * and counted. A file that was moved away, as log rotation does, is opened anew within a second.
 *
 * <p>Threads: any may write. Closing writes what is waiting.
 */
public final class LineWriter implements AutoCloseable {
    /** Some seconds of a busy host's lines, some MiB of them. */
    static final int WAITING_MAX = 16_384;

    private static final long LOOK_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    /** No line is empty: the end of them all. */
    private static final byte[] END = {};

    private static final System.Logger LOG = System.getLogger(LineWriter.class.getName());

    private final @Nullable Path file;
    private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean closed;
    private OutputStream out;
    private @Nullable Object fileKey;
    private boolean failing;

    private LineWriter(@Nullable Path file, OutputStream out) {
        this.file = file;
        this.out = out;
        this.fileKey = file == null ? null : key(file);
        this.thread = Thread.ofPlatform().daemon().name("mayfly-lines").start(this::run);
    }

    /**
     * Appends to a file, which is made when it isn't there.
     *
     * @throws MayflyException.Invalid when it can't be written
     */
    public static LineWriter append(Path file) {
        try {
            return new LineWriter(file, open(file));
        } catch (IOException e) {
            throw new MayflyException.Invalid("the file " + file + " can't be written: " + e);
        }
    }

    /** Writes to what is open already, and stays open. */
    public static LineWriter to(OutputStream out) {
        return new LineWriter(null, out);
    }

    private static OutputStream open(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), 64 << 10);
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** Writes a line soon; its end is added. */
    public void write(byte[] line) {
        if (closed || !waiting.offer(line)) {
            dropped.increment();
        }
    }

    /** Lines that were not written. */
    public long dropped() {
        return dropped.sum();
    }

    private void run() {
        long lookNs = System.nanoTime() + LOOK_EVERY_NS;
        try {
            while (true) {
                byte[] line = waiting.poll();
                if (line == null) {
                    flush();
                    line = waiting.take();
                }
                if (line.length == 0) {
                    break;
                }
                if (System.nanoTime() - lookNs >= 0) {
                    reopenIfMoved();
                    lookNs = System.nanoTime() + LOOK_EVERY_NS;
                }
                writeNow(line);
            }
        } catch (InterruptedException e) {
            // Nobody waits for it any more.
        }
        flush();
        if (file != null) {
            closeQuietly();
        }
    }

    private void reopenIfMoved() {
        if (file == null || Objects.equals(key(file), fileKey)) {
            return;
        }
        closeQuietly();
        try {
            out = open(file);
            fileKey = key(file);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void writeNow(byte[] line) {
        try {
            out.write(line);
            out.write('\n');
            failing = false;
        } catch (IOException e) {
            dropped.increment();
            failed(e);
        }
    }

    private void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void closeQuietly() {
        try {
            out.close();
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Says so once, not with every line. */
    private void failed(IOException e) {
        if (!failing) {
            failing = true;
            LOG.log(System.Logger.Level.ERROR, "lines can't be written to " + file, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            waiting.put(END);
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}

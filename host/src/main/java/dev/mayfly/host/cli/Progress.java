package dev.mayfly.host.cli;

import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.Deployment;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.quantity.ByteSize;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows how far a deploy is: bytes on their way to the host, then how long the host has been compiling.
 *
 * <p>On a terminal one line is redrawn in place and gone at the end; elsewhere one plain line says that it begins.
 *
 * <p>Threads: the publisher counts on threads of the HTTP client; everything else belongs to the one thread that waits for the answer.
 */
final class Progress {
    private static final long TICK_MS = 100;

    private static final String ERASE_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private final String name;
    private final AtomicLong sentBytes = new AtomicLong();
    private long totalBytes;
    private long sentAtNs;
    private boolean drawn;

    /** @param name what is being deployed */
    Progress(Terminal terminal, String name) {
        this.terminal = terminal;
        this.name = name;
    }

    /** Deploys a component and returns when that is done. */
    Deployment upload(MayflyClient client, Path component, DeployOptions options) {
        BodyPublisher body;
        try {
            body = counting(BodyPublishers.ofFile(component));
        } catch (FileNotFoundException missing) {
            throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + component);
        }
        FutureTask<Deployment> upload = new FutureTask<>(() -> client.deployFunction(name, body, options));
        Thread.startVirtualThread(upload);
        try {
            tick();
            while (!isDone(upload)) {
                tick();
            }
            return upload.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            upload.cancel(true);
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        } finally {
            end();
        }
    }

    /** Waits for a tick. */
    private static boolean isDone(FutureTask<Deployment> upload) throws ExecutionException, InterruptedException {
        try {
            upload.get(TICK_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    /** Counts what goes through {@code body}, whose length must be known. */
    BodyPublisher counting(BodyPublisher body) {
        totalBytes = body.contentLength();
        if (!terminal.errInteractive()) {
            terminal.note("uploading " + name + ": " + new ByteSize(totalBytes));
        }
        return new Counting(body, sentBytes);
    }

    /** Brings the line up to date. To be called several times a second while waiting. */
    void tick() {
        if (!terminal.errInteractive()) {
            return;
        }
        long sent = sentBytes.get();
        String line;
        if (sent < totalBytes) {
            line = "uploading " + name + ": " + new ByteSize(sent) + " of " + new ByteSize(totalBytes) + " ("
                    + sent * 100 / totalBytes + " %)";
        } else {
            long now = System.nanoTime();
            if (sentAtNs == 0) {
                sentAtNs = now;
            }
            // In tenths, so that it ticks evenly.
            line = String.format(Locale.ROOT, "compiling %s: %.1f s", name, (now - sentAtNs) / 1e9);
        }
        terminal.err().print(ERASE_LINE + terminal.err(Terminal.Emphasis.FAINT, line));
        terminal.err().flush();
        drawn = true;
    }

    /** Takes the line away. */
    void end() {
        if (drawn) {
            terminal.err().print(ERASE_LINE);
            terminal.err().flush();
            drawn = false;
        }
    }

    private record Counting(BodyPublisher body, AtomicLong sentBytes) implements BodyPublisher {
        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            body.subscribe(new Flow.Subscriber<ByteBuffer>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscriber.onSubscribe(subscription);
                }

                @Override
                public void onNext(ByteBuffer bytes) {
                    sentBytes.addAndGet(bytes.remaining());
                    subscriber.onNext(bytes);
                }

                @Override
                public void onError(Throwable failure) {
                    subscriber.onError(failure);
                }

                @Override
                public void onComplete() {
                    subscriber.onComplete();
                }
            });
        }
    }
}

package dev.mayfly.host.observe;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;

/**
 * Runs the fresh-memory canary again from time to time: what held when the host started is to hold while it runs.
 *
 * <p>Threads: any may ask; running it has a thread of its own.
 */
public final class CanaryWatch implements AutoCloseable {
    /** The canary takes milliseconds. */
    public static final Duration INTERVAL = Duration.ofMinutes(10);

    private static final System.Logger LOG = System.getLogger(CanaryWatch.class.getName());

    private final Runnable canary;
    private final Duration interval;
    private final Thread thread;
    private volatile boolean failed;

    /** @param canary throws {@link MayflyException.NotInstalled} when memory is not as new for every invocation */
    public CanaryWatch(Runnable canary, Duration interval) {
        this.canary = canary;
        this.interval = interval;
        this.thread = Thread.ofVirtual().name("mayfly-canary").start(this::run);
    }

    private void run() {
        try {
            while (!failed) {
                Thread.sleep(interval);
                check();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void check() {
        try {
            canary.run();
        } catch (MayflyException.NotInstalled e) {
            failed = true;
            LOG.log(System.Logger.Level.ERROR, "the host takes no more requests: " + e.getMessage());
        } catch (MayflyException e) {
            // It had no room: nothing is known of the memory.
            LOG.log(System.Logger.Level.WARNING, "the canary could not be run: " + e.getMessage());
        }
    }

    /** Whether an invocation saw what another one left. The host is not ready from then on. */
    public boolean hasFailed() {
        return failed;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

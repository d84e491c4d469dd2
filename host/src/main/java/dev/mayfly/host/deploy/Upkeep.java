package dev.mayfly.host.deploy;

import dev.mayfly.host.invoke.Routes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What a host does by itself: judges canaries each second, notes invocations each minute, removes idle versions each hour and at its start.
 *
 * <p>Threads: one of its own. Ownership: whoever starts it closes it, before what it works on.
 */
public final class Upkeep implements AutoCloseable {
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final Duration NOTE_EVERY = Duration.ofMinutes(1);
    private static final Duration REAP_EVERY = Duration.ofHours(1);
    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());

    private final Rollouts rollouts;
    private final Reaper reaper;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean closing;

    private Upkeep(Rollouts rollouts, Reaper reaper, InstantSource clock) {
        this.rollouts = rollouts;
        this.reaper = reaper;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("mayfly-upkeep").unstarted(this::run);
    }

    /**
     * Starts it.
     *
     * @param versionIdleMax how long a version stays that nobody needs
     */
    public static Upkeep start(Releases releases, Routes routes, Duration versionIdleMax, InstantSource clock) {
        Upkeep upkeep = new Upkeep(new Rollouts(releases), new Reaper(releases, routes, versionIdleMax), clock);
        upkeep.thread.start();
        return upkeep;
    }

    private void run() {
        Instant noted = clock.instant();
        Instant reaped = Instant.EPOCH;
        while (!closing) {
            Instant now = clock.instant();
            if (isApart(reaped, now, REAP_EVERY)) {
                reaped = now;
                attempt(reaper::reap);
            }
            if (isApart(noted, now, NOTE_EVERY)) {
                noted = now;
                attempt(reaper::note);
            }
            attempt(rollouts::judge);
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                break;
            }
        }
        attempt(reaper::note);
    }

    /** Either way: a clock that was set back must not put things off until it has caught up. */
    private static boolean isApart(Instant before, Instant now, Duration least) {
        return Duration.between(before, now).abs().compareTo(least) >= 0;
    }

    /** What fails now is tried again with the next step. */
    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "upkeep failed", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.mayfly.host.deploy;

import dev.mayfly.host.invoke.Routes;
import java.time.Duration;
import java.time.Instant;

/**
 * What a host does by itself: judges canaries each second, notes invocations and the age of canaries each minute and in the end, removes idle versions each hour.
 *
 * <p>What is idle is told by the time of day, which may be wrong: after the host's start, and after that time jumped, nothing is removed for an hour. Mostly
 * it is set right until then, and what was removed can't be had again.
 *
 * <p>Threads: one of its own. Ownership: whoever starts it closes it, before what it works on.
 */
public final class Upkeep implements AutoCloseable {
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final Duration NOTE_EVERY = Duration.ofMinutes(1);
    private static final Duration REAP_EVERY = Duration.ofHours(1);

    /** Less is what the two clocks drift apart, or what passed between two looks at them. */
    private static final Duration JUMP_MIN = Duration.ofMinutes(1);

    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());

    private final Rollouts rollouts;
    private final Reaper reaper;
    private final HostClock clock;
    private final Thread thread;
    private volatile boolean closing;

    private Upkeep(Rollouts rollouts, Reaper reaper, HostClock clock) {
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
    public static Upkeep start(Releases releases, Routes routes, Duration versionIdleMax, HostClock clock) {
        Upkeep upkeep = new Upkeep(new Rollouts(releases), new Reaper(releases, routes, versionIdleMax), clock);
        upkeep.thread.start();
        return upkeep;
    }

    private void run() {
        long notedNs = clock.nanoTime();
        long reapedNs = notedNs;
        Duration offset = offset();
        while (!closing) {
            long nowNs = clock.nanoTime();
            Duration offsetNow = offset();
            if (offsetNow.minus(offset).abs().compareTo(JUMP_MIN) > 0) {
                offset = offsetNow;
                reapedNs = nowNs;
            }
            if (nowNs - reapedNs >= REAP_EVERY.toNanos()) {
                reapedNs = nowNs;
                attempt(reaper::reap);
            }
            if (nowNs - notedNs >= NOTE_EVERY.toNanos()) {
                notedNs = nowNs;
                attempt(reaper::note);
                attempt(rollouts::note);
            }
            attempt(rollouts::judge);
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                break;
            }
        }
        attempt(reaper::note);
        attempt(rollouts::note);
    }

    /** Of the time of day to the clock that runs evenly: another one after a jump. */
    private Duration offset() {
        return Duration.between(Instant.EPOCH, clock.instant()).minusNanos(clock.nanoTime());
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

package dev.mayfly.hostinterfaces.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for something to come true, with a limit that only a failure reaches. */
public final class Waiting {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Waiting() {}

    public static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            Thread.sleep(5);
        }
    }
}

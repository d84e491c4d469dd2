package dev.mayfly.host.deploy;

import java.time.Instant;
import java.time.InstantSource;

/** The machine's two clocks: {@link #instant} says what time it is and may jump, {@link #nanoTime} runs evenly but means nothing to the next host. */
public interface HostClock extends InstantSource {
    HostClock SYSTEM = Instant::now;

    /** As {@link System#nanoTime}. */
    default long nanoTime() {
        return System.nanoTime();
    }
}

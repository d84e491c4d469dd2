package dev.mayfly.host.testing;

import dev.mayfly.host.deploy.HostClock;
import java.time.Duration;
import java.time.Instant;

/** Clocks that are ahead of the machine's by as much as a test says. */
public final class SetClock implements HostClock {
    private volatile Duration passed = Duration.ZERO;
    private volatile Duration jumped = Duration.ZERO;

    /** Lets time pass. */
    public void advance(Duration by) {
        passed = passed.plus(by);
    }

    /** Sets the time of day though no time passes. */
    public void jump(Duration by) {
        jumped = jumped.plus(by);
    }

    /** Lets time pass until it is so much after the machine's. */
    public void advanceTo(Duration ahead) {
        passed = ahead.minus(jumped);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(passed).plus(jumped);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() + passed.toNanos();
    }
}

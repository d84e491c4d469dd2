package dev.mayfly.host.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that is ahead of the machine's by as much as a test says. */
public final class SetClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    public void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }
}

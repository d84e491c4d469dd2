package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How a function is warmed up: what {@code [warmup]} in {@code mayfly.toml} says, or {@code capabilities.instaboot} in Wasmer's {@code app.yaml}.
 *
 * @param requests in their order, at least one
 * @param when what starts it
 * @param maxAge how old a snapshot may get; zero = any age
 * @param uniqueness what to do when it draws secure randomness, which all calls would share
 * @param debug whether the first call has it built, and gets to know why it can't be
 */
public record Warmup(
        List<WarmupRequest> requests, Trigger when, Duration maxAge, Uniqueness.Policy uniqueness, boolean debug) {
    /** So many at most. */
    public static final int REQUEST_COUNT_MAX = 32;

    /** A snapshot that ages faster would always be in the making. */
    public static final Duration MAX_AGE_MIN = Duration.ofMinutes(1);

    /** One {@code GET /} when a version is published. */
    public static final Warmup DEFAULT = new Warmup(List.of(WarmupRequest.DEFAULT), Trigger.PUBLISH, Duration.ZERO);

    /** What starts a warm-up. */
    public enum Trigger {
        /** The version is published. */
        PUBLISH,
        /** The version was invoked, and then was not for a while: versions that nobody calls cost nothing. */
        IDLE,
        /** {@code mayfly warmup build}. */
        COMMAND;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }

        /**
         * The one that is called so.
         *
         * @throws MayflyException.Invalid when there is none
         */
        public static Trigger of(String label) {
            for (Trigger trigger : values()) {
                if (trigger.label.equals(label)) {
                    return trigger;
                }
            }
            throw new MayflyException.Invalid("when must be publish, idle or command, not " + label);
        }
    }

    /** With what is usual for the rest. */
    public Warmup(List<WarmupRequest> requests, Trigger when, Duration maxAge) {
        this(requests, when, maxAge, Uniqueness.Policy.REFUSE, false);
    }

    /**
     * Checks it.
     *
     * @throws MayflyException.Invalid when something makes no sense
     */
    public Warmup {
        requests = List.copyOf(requests);
        if (requests.isEmpty() || requests.size() > REQUEST_COUNT_MAX) {
            throw new MayflyException.Invalid("a warm-up has 1 to " + REQUEST_COUNT_MAX + " requests");
        }
        if (!maxAge.isZero() && maxAge.compareTo(MAX_AGE_MIN) < 0) {
            throw new MayflyException.Invalid("max_age must be at least " + MAX_AGE_MIN.toSeconds() + "s");
        }
    }
}

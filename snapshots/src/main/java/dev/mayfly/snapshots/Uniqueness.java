package dev.mayfly.snapshots;

import java.util.List;
import java.util.Locale;

/**
 * What every call that starts from a snapshot shares and may believe to be its own, found by warming up thrice: as it is, with other randomness, and at
 * another time.
 *
 * @param findings what follows from which, and who asked for it, a line each
 */
public record Uniqueness(Verdict verdict, List<String> findings) {
    /** What a warm-up draws from it is meant for nobody else to know. */
    public static final String SECURE_SOURCE = "wasi:random/random";

    private static final String SEED_SOURCE = "wasi:random/insecure-seed";
    private static final String RANDOM_SOURCES = "wasi:random/";

    /** What is to be thought of it. */
    public enum Verdict {
        /** Nothing of the image follows from randomness or time. */
        UNIQUE,
        /** What follows was asked for as a seed for hash tables: harmless to results, but whoever finds it out can make keys collide. */
        HASH_SEEDS_ONLY,
        /** Somebody should look. */
        REVIEW;

        private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** {@code hash-seeds-only} */
        public String label() {
            return label;
        }
    }

    /** What to do about a warm-up that draws what nobody else may know. */
    public enum Policy {
        /** There is no snapshot. */
        REFUSE,
        /** There is one, and the host's log warns. */
        WARN,
        /** There is one, and the report says so. */
        ALLOW;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }

        /**
         * The one that is called so.
         *
         * @throws dev.mayfly.engine.MayflyException.Invalid when there is none
         */
        public static Policy of(String label) {
            for (Policy policy : values()) {
                if (policy.label.equals(label)) {
                    return policy;
                }
            }
            throw new dev.mayfly.engine.MayflyException.Invalid(
                    "uniqueness must be refuse, warn or allow, not " + label);
        }
    }

    public Uniqueness {
        findings = List.copyOf(findings);
    }

    /**
     * Who asked for randomness or the time in a warm-up.
     *
     * @param request {@code warm-up request 1}
     * @param source the interface
     * @param stack the guest's functions, innermost first
     */
    public record Asked(String request, String source, String stack) {
        static Asked parse(String line) {
            String[] parts = line.split("\t", 3);
            return new Asked(parts[0], parts[1], parts[2]);
        }

        @Override
        public String toString() {
            return request + (source.startsWith(RANDOM_SOURCES) ? " draws from " : " reads ") + source + ", in "
                    + stack;
        }
    }

    static Verdict verdict(StateDifference byRandomness, StateDifference byTime, List<Asked> asked) {
        if (byRandomness.bytes() == 0 && byTime.bytes() == 0) {
            return Verdict.UNIQUE;
        }
        boolean seedsOnly = asked.stream()
                .map(Asked::source)
                .allMatch(source -> source.equals(SEED_SOURCE) || !source.startsWith(RANDOM_SOURCES));
        return byTime.bytes() == 0 && seedsOnly ? Verdict.HASH_SEEDS_ONLY : Verdict.REVIEW;
    }
}

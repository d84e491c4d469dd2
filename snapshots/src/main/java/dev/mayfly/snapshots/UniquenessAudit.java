package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the state after a warm-up with those after two more: one with other randomness, one at another time. As two that have both in common don't differ, what
 * differs follows from one of them.
 */
final class UniquenessAudit {
    private static final String[] CAUSES = {"the randomness", "the clock"};

    /** Warms an instance up and captures it: each time with the next conditions. */
    @FunctionalInterface
    interface Rehearsal {
        void into(Path file) throws IOException, InterruptedException;
    }

    private UniquenessAudit() {}

    /** Who asked for randomness or the time before a state was captured. */
    static List<Uniqueness.Asked> asked(Path state) throws IOException {
        try (StateFile file = StateFile.open(state)) {
            return file.asked().stream().map(Uniqueness.Asked::parse).toList();
        }
    }

    static Uniqueness of(Path state, Path work, Rehearsal rehearsal) throws IOException, InterruptedException {
        List<Uniqueness.Asked> asked = asked(state);
        List<String> findings = new ArrayList<>();
        List<StateDifference> differences = new ArrayList<>();
        for (String cause : CAUSES) {
            Path other = work.resolve("other-state");
            try {
                rehearsal.into(other);
            } catch (MayflyException.Invalid e) {
                findings.add("a warm-up with " + cause + " changed failed: " + e.safeMessage());
                asked.forEach(line -> findings.add(line.toString()));
                return new Uniqueness(Uniqueness.Verdict.REVIEW, findings);
            }
            StateDifference difference = StateDifference.between(state, other);
            differences.add(difference);
            if (difference.bytes() > 0) {
                findings.add(difference.line(cause));
            }
        }
        Uniqueness.Verdict verdict = Uniqueness.verdict(differences.getFirst(), differences.getLast(), asked);
        if (verdict != Uniqueness.Verdict.UNIQUE) {
            asked.forEach(line -> findings.add(line.toString()));
        }
        return new Uniqueness(verdict, findings);
    }
}

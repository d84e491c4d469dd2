package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.PrelinkedComponent;
import dev.mayfly.engine.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Finds out, before the first request, whether this machine's kernel and the engine's settings give every invocation memory, globals and tables
 * as new.
 *
 * <p>A component of our own looks at all of its memory, says what is not as new, spoils everything in one of three patterns and ends in one of
 * three ways: it returns, it traps, or it is cancelled while it waits for the host. Each round is one instance, and nine rounds in a row have
 * seen every pattern before every end.
 *
 * <p>A canary that sings proves that resetting works on this kernel and with these settings while the machine is at rest. What the kernel does to
 * pages when memory is short or fragmented it can't prove; {@code FreshMemoryUnderPressureTest} brings that about.
 */
public final class FreshMemoryCanary {
    /**
     * Some 20 ms: eight that show the engine which pages to reset by copying ({@code engine/native/src/reset}), then every pattern before every end, and
     * one more to see what the last of them left.
     */
    public static final int ROUNDS = 8 + 9 + 1;

    private static final int PATTERNS = 3;
    private static final int ENDS = 3;
    private static final int TRAPS = 1;
    private static final int WAITS = 2;
    /** The first of the rounds whose instances wait: one for each pattern. */
    static final int FIRST_WAITING_ROUND = WAITS * PATTERNS;

    private static final InvocationLimits LIMITS = InvocationLimits.defaults();
    private static final String RESOURCE = "/META-INF/mayfly/canary.wat";

    /**
     * What the canary saw.
     *
     * @param rounds how many instances looked
     * @param finding what was not as new in the last of them; empty when all was
     */
    public record Result(int rounds, String finding) {
        /** Whether every instance was as new. */
        public boolean isFresh() {
            return finding.isEmpty();
        }
    }

    private FreshMemoryCanary() {}

    /** The component to deploy as the canary, in text format: compiled and prelinked as any function. It needs 1.5 MiB of memory. */
    public static byte[] component() {
        try (InputStream in = FreshMemoryCanary.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new MayflyException.Internal("this build lacks the resource " + RESOURCE);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs one instance after the other, up to the first that is not as new.
     *
     * @param canary {@link #component}, prelinked
     * @throws MayflyException.Unavailable when no slot, or no instance of the engine's, is free
     * @throws MayflyException.Internal when the canary itself does not run as it should
     */
    public static Result run(PrelinkedComponent canary, SlotPool slots, int rounds) {
        for (int round = 0; round < rounds; round++) {
            InvocationSlot slot = slots.tryAcquire();
            if (slot == null) {
                throw new MayflyException.Unavailable("no slot is free for the canary", Duration.ofSeconds(1));
            }
            try {
                String finding = look(canary, slot, round);
                if (!finding.isEmpty()) {
                    return new Result(round + 1, finding);
                }
            } finally {
                slot.release();
            }
        }
        return new Result(rounds, "");
    }

    /**
     * Runs one instance until it is over or waits: then it stays open, all spoiled, until its slot is released.
     *
     * @return what was not as new, or nothing
     */
    static String look(PrelinkedComponent canary, InvocationSlot slot, int round) {
        int how = round % (PATTERNS * ENDS);
        int end = how / PATTERNS;
        slot.prepare(LIMITS);
        slot.requestHead().start("GET", "/", null, "canary", 0);
        slot.requestHead().finish();
        slot.appendRequestBody(new byte[how], 0, how);
        Frame frame = slot.frame();
        int status = frame.begin(canary);
        while (Status.isSuspended(status)) {
            if (status == Status.OPERATION) {
                if (end == WAITS) {
                    return "";
                }
                throw new MayflyException.Internal(
                        "the canary asked for operation=" + frame.operation() + " in round=" + round);
            }
            status = frame.resume();
        }
        if (status == Status.DONE && frame.outcome() == 0 && frame.responseStatus() == 500) {
            return "round=" + round + ": " + finding(slot);
        }
        boolean asExpected = end == TRAPS
                ? status == Status.TRAP
                : end != WAITS && status == Status.DONE && frame.responseStatus() == 200;
        if (asExpected) {
            return "";
        }
        if (status == Status.EXHAUSTED) {
            throw new MayflyException.Unavailable("no instance is free for the canary", Duration.ofSeconds(1));
        }
        throw new MayflyException.Internal(
                "the canary ended with status=" + status + " in round=" + round + ": " + frame.message());
    }

    private static String finding(InvocationSlot slot) {
        int body = slot.frame().responseBody();
        if (body < 0 || slot.bufferLength(body) != 16) {
            throw new MayflyException.Internal("the canary's finding can't be read: buffer=" + body);
        }
        byte[] bytes = new byte[16];
        slot.copyBuffer(body, bytes, 0);
        MemorySegment finding = MemorySegment.ofArray(bytes);
        int what = finding.get(JAVA_INT_UNALIGNED, 0);
        int where = finding.get(JAVA_INT_UNALIGNED, 4);
        long found = finding.get(JAVA_LONG_UNALIGNED, 8);
        return switch (what) {
            case 1 -> "memory of another size: pages=" + found;
            case 2 -> "memory at 0x" + Integer.toHexString(where) + " held 0x" + Long.toHexString(found);
            case 3 -> "a data segment at 0x" + Integer.toHexString(where) + " held 0x" + Long.toHexString(found);
            case 4 -> "a global held " + found;
            default -> "a table was changed: index=" + where + " found=" + found;
        };
    }
}

package dev.mayfly.host.invoke;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.Status;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.LogReader;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One invocation of a function, from admission to record. The only place that drives a function: whoever calls one, calls it through here.
 *
 * <pre>{@code
 * try (Invocation invocation = invoker.open(route, id)) {
 *     if (invocation.refusal() != null) { … }
 *     … write the request into invocation.slot() …
 *     Outcome outcome = invocation.run(cancellation, deadlineNs);
 *     … read the response from invocation.slot() …
 * }
 * }</pre>
 *
 * <p>Threads: one at a time. Closing gives everything back on every path, in this order: the instance and its memory, the slot, the function
 * table, the function's place; then it records the call.
 */
public final class Invocation implements AutoCloseable, LogReader {
    /**
     * A function that runs long is asked every so many ticks whether anybody still waits for it: at 1 ms a tick, often enough to save work, seldom
     * enough to cost nothing.
     */
    private static final int TICKS_PER_CANCELLATION_CHECK = 8;

    private static final int WARN = 3;
    private static final int ERROR = 4;
    private static final System.Logger LOG = System.getLogger(Invocation.class.getName());

    private final Invoker invoker;
    private final String id;
    private final int depth;
    private Route route;

    private boolean inFunction;
    private @Nullable InvocationSlot slot;
    private @Nullable FunctionTable table;
    private @Nullable OperationCall call;

    private @Nullable Outcome outcome;
    private @Nullable MayflyException loadFailure;
    private boolean ran;
    private int status;
    private long deadlineNs;
    private long startNs;
    private long endNs;

    Invocation(Invoker invoker, Route route, String id, int depth) {
        this.invoker = invoker;
        this.depth = depth;
        this.route = route;
        this.id = id;
    }

    void open() {
        outcome = admit();
    }

    private @Nullable Outcome admit() {
        if (invoker.isStopping()) {
            return Outcome.SHUTTING_DOWN;
        }
        inFunction = route.admission().tryEnter();
        if (!inFunction) {
            return Outcome.CONCURRENCY_LIMIT;
        }
        InvocationSlot slot = invoker.slots().tryAcquire();
        if (slot == null) {
            return Outcome.OVERLOADED;
        }
        this.slot = slot;
        slot.prepare(invoker.limits());
        return acquireTable();
    }

    private @Nullable Outcome acquireTable() {
        try {
            while (true) {
                table = route.table().acquire(invoker.deadlineNs());
                if (table != null) {
                    return null;
                }
                // Deployed again or deleted since the caller looked it up.
                Route current = invoker.routes().find(route.name());
                if (current == null) {
                    return Outcome.FUNCTION_GONE;
                }
                if (current.admission() != route.admission()) {
                    // Deleted and deployed anew: another function, with its own count.
                    route.admission().leave();
                    inFunction = current.admission().tryEnter();
                    route = current;
                    if (!inFunction) {
                        return Outcome.CONCURRENCY_LIMIT;
                    }
                }
                route = current;
            }
        } catch (MayflyException e) {
            loadFailure = e;
            if (e instanceof MayflyException.Unavailable) {
                return Outcome.UNAVAILABLE;
            }
            LOG.log(System.Logger.Level.ERROR, "function " + route.name() + " can't be loaded", e);
            return Outcome.HOST_FAILED;
        }
    }

    /** Why it can't run; null when it can. */
    public @Nullable Outcome refusal() {
        return table == null ? outcome : null;
    }

    /** What kept the function from being loaded, when that is why it can't run. */
    public @Nullable MayflyException loadFailure() {
        return loadFailure;
    }

    public String id() {
        return id;
    }

    /** The route taken: the caller's, or its successor if it was just replaced. */
    public Route route() {
        return route;
    }

    /**
     * Where the request goes and the response is.
     *
     * @throws IllegalStateException when the invocation was refused
     */
    public InvocationSlot slot() {
        InvocationSlot slot = this.slot;
        if (slot == null) {
            throw new IllegalStateException("invocation " + id + " has no slot: " + outcome);
        }
        return slot;
    }

    /**
     * Runs the function until it is done or has to be stopped. Once an invocation.
     *
     * @param durationMaxNs how long it may take
     * @return how it ended; the slot has the rest
     */
    public Outcome run(Cancellation cancellation, long durationMaxNs) {
        InvocationSlot slot = slot();
        Frame frame = slot.frame();
        startNs = System.nanoTime();
        Outcome outcome = Outcome.HOST_FAILED;
        try {
            deadlineNs = startNs + durationMaxNs;
            outcome = drive(frame, cancellation);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "invocation " + id + " of " + route.name() + " failed", e);
        } finally {
            frame.cancel();
            if (call != null) {
                call.close();
            }
            endNs = System.nanoTime();
            ran = true;
            this.outcome = outcome;
            status = outcome == Outcome.FUNCTION_ERROR ? statusOfError(frame.outcome()) : frame.responseStatus();
            if (outcome != Outcome.RESPONSE || frame.logUsedBytes() > 0) {
                writeLog(outcome, slot);
            }
        }
        return outcome;
    }

    private Outcome drive(Frame frame, Cancellation cancellation) {
        FunctionTable table = this.table;
        if (table == null) {
            throw new IllegalStateException("invocation " + id + " has no function table");
        }
        int ticks = 0;
        int status = frame.begin(table.prelinked());
        while (true) {
            switch (status) {
                case Status.DONE -> {
                    return frame.outcome() == 0 ? Outcome.RESPONSE : Outcome.FUNCTION_ERROR;
                }
                case Status.TRAP -> {
                    return Outcome.TRAP;
                }
                case Status.OPERATION -> perform(frame);
                case Status.YIELD -> {
                    ticks++;
                    if (System.nanoTime() - deadlineNs >= 0) {
                        return Outcome.DEADLINE_EXCEEDED;
                    }
                    if (invoker.isStopping()) {
                        return Outcome.SHUTTING_DOWN;
                    }
                    if (ticks % TICKS_PER_CANCELLATION_CHECK == 0 && cancellation.isCancelled()) {
                        return Outcome.CLIENT_GONE;
                    }
                    letOthersRun(ticks);
                }
                case Status.EXHAUSTED -> {
                    return Outcome.UNAVAILABLE;
                }
                default -> {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "invocation " + id + " of " + route.name() + " ended with status=" + status + ": "
                                    + frame.message());
                    return Outcome.HOST_FAILED;
                }
            }
            status = frame.resume();
        }
    }

    /**
     * Leaves this virtual thread's carrier to those that wait for one. Who yields may stay in the carrier's own queue, and a carrier looks for work
     * elsewhere only when that is empty: a few endless loops would keep everybody else waiting. Who parks is in no queue until a timer fires, which
     * is little to a function that runs for long and much to one that a tick met by chance.
     */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthersRun(int ticks) {
        if (ticks == 1) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(1);
        }
    }

    private void perform(Frame frame) {
        InvocationSlot slot = slot();
        switch (frame.operation()) {
            case Operation.BUFFER_GROW -> slot.grow(frame.argument());
            case Operation.LOG_FLUSH -> {
                slot.drainLog(this);
                slot.answerStatus(Operation.OK);
            }
            case Operation.BUFFER_LOAD -> slot.answerStatus(slot.buffers().load((int) frame.argument()));
            case Operation.RESOURCE_DROP -> {
                call(slot).resources().drop((int) frame.argument());
                slot.answerStatus(Operation.OK);
            }
            default -> invoker.operations().perform(call(slot));
        }
    }

    private OperationCall call(InvocationSlot slot) {
        OperationCall call = this.call;
        if (call == null) {
            call = new OperationCall(slot, route.context(), new Deadline(deadlineNs), depth);
            this.call = call;
        }
        return call;
    }

    private void writeLog(Outcome outcome, InvocationSlot slot) {
        slot.drainLog(this);
        Frame frame = slot.frame();
        if (frame.logDropped() > 0) {
            hostLine(
                    WARN,
                    "dropped log lines: " + frame.logDropped() + " (limit log-bytes-max="
                            + invoker.limits().logBytesMax() + ")");
        }
        switch (outcome) {
            case TRAP -> hostLine(ERROR, "trapped, " + frame.trapKind().label() + ": " + frame.message());
            case FUNCTION_ERROR -> hostLine(ERROR, "failed: " + frame.message());
            case DEADLINE_EXCEEDED -> hostLine(ERROR, "stopped at its deadline");
            case CLIENT_GONE -> hostLine(WARN, "stopped: the client is gone");
            case SHUTTING_DOWN -> hostLine(WARN, "stopped: the host is shutting down");
            default -> {}
        }
    }

    /** Adds a line of the host's own. */
    public void hostLine(int level, String message) {
        line(level, System.currentTimeMillis() * 1_000_000, message, Map.of());
    }

    /** Takes a line that the function logged. */
    @Override
    public void line(int level, long unixNs, String message, Map<String, String> fields) {
        FunctionLines.write(route.name(), route.log().append(unixNs, level, id, message, fields));
    }

    /** Says how it ended where the function is not what decides: the request did not fit, or the response can't be sent. */
    public void end(Outcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void close() {
        try {
            if (slot != null) {
                slot.release();
            }
        } finally {
            leave();
        }
        Outcome outcome = this.outcome;
        if (outcome != null) {
            if (ran) {
                route.record(outcome, failed(outcome), startNs, endNs);
            } else {
                route.metrics().record(outcome);
            }
        }
    }

    /** Whether it is the function's fault that it came to nothing; a status of 500 and more is, as its callers see it. */
    private boolean failed(Outcome outcome) {
        return switch (outcome) {
            case TRAP, RESPONSE_INVALID, RESPONSE_TOO_LARGE, DEADLINE_EXCEEDED -> true;
            case RESPONSE, FUNCTION_ERROR -> status >= 500;
            default -> false;
        };
    }

    /** By the cases of {@code mayfly:function/web-types.error}: the first four are about what the caller asked for. */
    private static int statusOfError(int outcome) {
        return outcome <= 4 ? 400 : 500;
    }

    private void leave() {
        if (table != null) {
            if (ran) {
                table.release(endNs);
            } else {
                table.release();
            }
        }
        if (inFunction) {
            route.admission().leave();
        }
    }
}

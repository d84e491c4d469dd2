package dev.mayfly.host.invoke;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.Status;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationCounts;
import dev.mayfly.hostinterfaces.OperationLimits;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.memorypool.Admission;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.LogReader;
import dev.mayfly.memorypool.TenantShares;
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

    /** A function that waits is asked as seldom as this whether anybody still waits for it. */
    private static final long WAIT_NS_MAX = 50_000_000;

    private static final int WARN = 3;
    private static final int ERROR = 4;
    private static final System.Logger LOG = System.getLogger(Invocation.class.getName());

    private final Invoker invoker;
    private final String id;
    private final Ancestry ancestry;
    private Route route;

    private boolean inFunction;
    private TenantShares.@Nullable Share share;
    private @Nullable InvocationSlot slot;
    private @Nullable FunctionTable table;
    private StartKind start = StartKind.COLD;
    private @Nullable OperationCall call;

    private @Nullable Outcome outcome;
    private @Nullable MayflyException loadFailure;
    private boolean ran;
    /** 0 while nothing had to be waited for. */
    private long openedNs;

    private long queuedNs;
    private long deadlineNs;
    private long startNs;
    private long endNs;
    /** 0 while nothing was sent. */
    private long sentNs;
    /** Of the time from start to end, what was not spent in the function; the time of operations not yet counted. */
    private long awayNs;

    /** Of no use: it keeps {@link Route#touch} from being left out. */
    @SuppressWarnings("unused")
    private long touched;

    private int status;
    private long bytesIn;
    private long bytesOut;
    private @Nullable Receipt receipt;
    private @Nullable String traceParent;
    private @Nullable String callerToken;
    private CallTracer.@Nullable Trace trace;
    private @Nullable ResponseSink sink;

    Invocation(Invoker invoker, Route route, String id, Ancestry ancestry) {
        this.invoker = invoker;
        this.ancestry = ancestry;
        this.route = route;
        this.id = id;
    }

    void open(Cancellation cancellation, long waitMaxNs) {
        outcome = admit(cancellation, waitMaxNs);
    }

    private @Nullable Outcome admit(Cancellation cancellation, long waitMaxNs) {
        touched = route.touch();
        if (invoker.isStopping()) {
            return Outcome.SHUTTING_DOWN;
        }
        Outcome refusal = enter(cancellation, waitMaxNs);
        if (refusal != null) {
            return refusal;
        }
        if (!invoker.shares().tryEnter(route.share(), invoker.slotsInUse())) {
            return Outcome.TENANT_LIMIT;
        }
        share = route.share();
        InvocationSlot slot = invoker.slots().tryAcquire();
        if (slot == null) {
            return Outcome.OVERLOADED;
        }
        this.slot = slot;
        slot.prepare(route.limits().invocation());
        return acquireTable(slot);
    }

    /** Takes one of the function's places, if need be after a wait. */
    private @Nullable Outcome enter(Cancellation cancellation, long waitMaxNs) {
        Admission admission = route.admission();
        if (admission.queueLengthMax() == 0 || waitMaxNs == 0) {
            inFunction = admission.tryEnter();
            return inFunction ? null : Outcome.CONCURRENCY_LIMIT;
        }
        opened();
        Admission.Entry entry = admission.enter(
                Math.min(waitMaxNs, route.limits().queueTimeMaxNs()),
                () -> invoker.isStopping() || cancellation.isCancelled());
        queuedNs = System.nanoTime() - openedNs;
        inFunction = entry == Admission.Entry.ENTERED;
        return switch (entry) {
            case ENTERED -> null;
            case FULL -> Outcome.CONCURRENCY_LIMIT;
            case TIMED_OUT -> Outcome.QUEUE_TIMEOUT;
            case CANCELLED -> invoker.isStopping() ? Outcome.SHUTTING_DOWN : Outcome.CLIENT_GONE;
        };
    }

    private @Nullable Outcome acquireTable(InvocationSlot slot) {
        Route found = route;
        try {
            while (true) {
                table = route.acquireWarmed();
                start = table == null ? StartKind.COLD : StartKind.WARMED;
                if (table == null) {
                    table = route.table().acquire(invoker.deadlineNs());
                }
                if (table != null) {
                    if (route != found) {
                        slot.prepare(route.limits().invocation());
                    }
                    if (start == StartKind.WARMED) {
                        slot.restored();
                    }
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
     * @param durationMaxNs how long it may take at most; the function's own deadline holds too
     * @return how it ended; the slot has the rest
     */
    public Outcome run(Cancellation cancellation, long durationMaxNs) {
        InvocationSlot slot = slot();
        Frame frame = slot.frame();
        bytesIn = Math.max(0, frame.bufferLength(FrameLayout.REQUEST_BODY));
        startNs = System.nanoTime();
        if (openedNs == 0) {
            openedNs = startNs;
        }
        Outcome outcome = Outcome.HOST_FAILED;
        try {
            CallTracer tracer = invoker.tracer();
            if (tracer != null) {
                trace = tracer.begin(route.name(), id, traceParent, openedNs, queuedNs, startNs);
            }
            deadlineNs = startNs + Math.min(durationMaxNs, route.limits().deadlineNs());
            outcome = drive(frame, cancellation);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "invocation " + id + " of " + route.name() + " failed", e);
        } finally {
            frame.cancel();
            endNs = System.nanoTime();
            if (call != null) {
                call.close();
            }
            ran = true;
            this.outcome = outcome;
            status = outcome == Outcome.FUNCTION_ERROR ? statusOfError(frame.outcome()) : frame.responseStatus();
            if (outcome != Outcome.RESPONSE || frame.logUsedBytes() > 0) {
                writeLog(outcome, slot);
            }
        }
        if (outcome == Outcome.RESPONSE) {
            int body = frame.responseBody();
            status = frame.responseStatus();
            // An event is handled without one.
            bytesOut = status == 0 || body < 0 ? 0 : Math.max(0, frame.bufferLength(body));
        }
        return outcome;
    }

    private Outcome drive(Frame frame, Cancellation cancellation) {
        FunctionTable table = this.table;
        if (table == null) {
            throw new IllegalStateException("invocation " + id + " has no function table");
        }
        int ticks = 0;
        int flushedTicks = 0;
        int status = frame.begin(table.prelinked());
        while (true) {
            switch (status) {
                case Status.DONE -> {
                    return done(frame);
                }
                case Status.TRAP -> {
                    return Outcome.TRAP;
                }
                case Status.OPERATION -> {
                    // The operations before WAIT are over at once.
                    boolean waits = frame.operation() >= Operation.WAIT;
                    Outcome stopped = waits && frame.isResponseFlushed() ? sendResponse(frame) : null;
                    if (stopped == null) {
                        stopped = perform(frame, cancellation);
                    }
                    if (stopped != null) {
                        return stopped;
                    }
                }
                case Status.YIELD -> {
                    ticks++;
                    long nowNs = System.nanoTime();
                    if (nowNs - startNs - awayNs() >= route.limits().cpuTimeMaxNs()) {
                        return Outcome.CPU_TIME_EXCEEDED;
                    }
                    Outcome stopped = stopped(cancellation, ticks % TICKS_PER_CANCELLATION_CHECK == 0);
                    // A function that is done within a tick of its last write answers in one piece.
                    flushedTicks = frame.isResponseFlushed() ? flushedTicks + 1 : 0;
                    if (stopped == null && flushedTicks > 1) {
                        stopped = sendResponse(frame);
                    }
                    if (stopped != null) {
                        return stopped;
                    }
                    letOthersRun(ticks);
                    awayNs += System.nanoTime() - nowNs;
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

    private static Outcome done(Frame frame) {
        if (frame.outcome() != 0) {
            return frame.outcome() == FrameLayout.OUTCOME_NO_RESPONSE
                    ? Outcome.RESPONSE_MISSING
                    : Outcome.FUNCTION_ERROR;
        }
        return frame.responseState() == FrameLayout.RESPONSE_BROKEN ? Outcome.RESPONSE_INCOMPLETE : Outcome.RESPONSE;
    }

    /** Sends what there is of a response whose function goes on. Returns as {@link #stopped} does. */
    private @Nullable Outcome sendResponse(Frame frame) {
        frame.clearResponseFlush();
        ResponseSink sink = this.sink;
        if (sink == null) {
            return null;
        }
        long leftNs = System.nanoTime();
        Outcome stopped = sink.send(this);
        awayNs += System.nanoTime() - leftNs;
        return stopped;
    }

    /** Why the function must not go on; null when it may. */
    private @Nullable Outcome stopped(Cancellation cancellation, boolean askClient) {
        if (System.nanoTime() - deadlineNs >= 0) {
            return Outcome.DEADLINE_EXCEEDED;
        }
        if (invoker.isStopping()) {
            return Outcome.SHUTTING_DOWN;
        }
        boolean awaited = sink == null || !sink.isComplete();
        return askClient && awaited && cancellation.isCancelled() ? Outcome.CLIENT_GONE : null;
    }

    /** Parks until something is ready or for as long as the function wants, never past its deadline. Returns as {@link #stopped} does. */
    private @Nullable Outcome await(Frame frame, Cancellation cancellation) {
        InvocationSlot slot = slot();
        Awaited awaited = frame.argumentByteCount() == 0
                ? null
                : Awaited.read(slot.argument(), call(slot).resources());
        // A time beyond 292 years is negative here.
        long waitNs = frame.argument() < 0 ? Long.MAX_VALUE : frame.argument();
        long sinceNs = System.nanoTime();
        long nowNs = sinceNs;
        while (nowNs - sinceNs < waitNs && (awaited == null || !awaited.isAnyReady())) {
            long leftNs = Math.min(waitNs - (nowNs - sinceNs), awaited == null ? Long.MAX_VALUE : awaited.leftNs());
            LockSupport.parkNanos(Math.min(Math.min(leftNs, Math.max(deadlineNs - nowNs, 0)), WAIT_NS_MAX));
            Outcome stopped = stopped(cancellation, true);
            nowNs = System.nanoTime();
            if (stopped != null) {
                awayNs += nowNs - sinceNs;
                return stopped;
            }
        }
        if (awaited == null) {
            slot.answerStatus(Operation.OK);
        } else {
            awaited.answer(slot.answer());
            slot.finishAnswer();
        }
        awayNs += nowNs - sinceNs;
        return null;
    }

    /**
     * Leaves this virtual thread's carrier to those that wait for one, from the second tick on: a short function that a tick met by chance would wait
     * behind everybody for nothing. Who yields may stay in the carrier's own queue, and a carrier looks for work elsewhere only when that is empty: a
     * few endless loops would keep everybody else waiting. Who parks is in no queue until a timer fires, which is little to a function that runs long.
     */
    private static void letOthersRun(int ticks) {
        if (ticks > 1) {
            LockSupport.parkNanos(1);
        }
    }

    /** Returns as {@link #stopped} does. */
    private @Nullable Outcome perform(Frame frame, Cancellation cancellation) {
        InvocationSlot slot = slot();
        switch (frame.operation()) {
            case Operation.BUFFER_GROW -> slot.grow(frame.argument());
            case Operation.WAIT -> {
                return await(frame, cancellation);
            }
            case Operation.RESPONSE_WRITE -> {
                slot.answerStatus(Operation.OK);
                return sendResponse(frame);
            }
            case Operation.BUFFER_READ -> {
                long leftNs = System.nanoTime();
                slot.readStream((int) frame.argument(), (int) (frame.argument() >>> 32));
                awayNs += System.nanoTime() - leftNs;
            }
            case Operation.LOG_FLUSH -> {
                slot.drainLog(this);
                slot.answerStatus(Operation.OK);
            }
            case Operation.BUFFER_LOAD -> {
                long leftNs = System.nanoTime();
                slot.answerStatus(slot.buffers().load((int) frame.argument()));
                awayNs += System.nanoTime() - leftNs;
            }
            case Operation.RESOURCE_DROP -> {
                long leftNs = System.nanoTime();
                call(slot).resources().drop((int) frame.argument());
                slot.answerStatus(Operation.OK);
                awayNs += System.nanoTime() - leftNs;
            }
            default -> invoker.operations().perform(call(slot));
        }
        return null;
    }

    private OperationCall call(InvocationSlot slot) {
        OperationCall call = this.call;
        if (call == null) {
            call = new OperationCall(slot, route.context(), new Deadline(deadlineNs), deadlineNs - startNs, ancestry);
            call.trace(trace, traceParent);
            call.calledWith(callerToken);
            this.call = call;
        }
        return call;
    }

    private void writeLog(Outcome outcome, InvocationSlot slot) {
        slot.drainLog(this);
        Frame frame = slot.frame();
        if (frame.logDropped() > 0) {
            route.metrics().recordPassed(FunctionLimit.LOG_BYTES);
            hostLine(
                    WARN,
                    "dropped log lines: " + frame.logDropped() + " (limit log-bytes-max="
                            + route.limits().invocation().logBytesMax() + ")");
        }
        switch (outcome) {
            case TRAP -> hostLine(ERROR, "trapped, " + frame.trapKind().label() + ": " + frame.message());
            case FUNCTION_ERROR -> hostLine(ERROR, "failed: " + frame.message());
            case RESPONSE_MISSING -> hostLine(ERROR, "no response: " + frame.message());
            case RESPONSE_INCOMPLETE ->
                hostLine(
                        ERROR,
                        "response cut off: its body was dropped unfinished, or has another length than content-length says");
            case DEADLINE_EXCEEDED -> hostLine(ERROR, "stopped at its deadline");
            case CPU_TIME_EXCEEDED -> hostLine(ERROR, "stopped at its limit of CPU time");
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

    /** Says that its request is waited for from now on: before it runs. Without, it lasts from its function's begin, or from the wait for a place. */
    public void opened() {
        if (openedNs == 0) {
            openedNs = System.nanoTime();
        }
    }

    /** Says what the caller's token carries for the function, before it runs. */
    public void callerToken(@Nullable String value) {
        callerToken = value;
    }

    /** Says where it belongs, as W3C Trace Context has it: before it runs. */
    public void traceParent(@Nullable String value) {
        traceParent = value;
    }

    /** Says where its response goes if it begins before the function is done: before it runs. Without, it is kept until then. */
    public void respondTo(ResponseSink value) {
        sink = value;
    }

    /** Says how many bytes of a request's body came, where that was not known when it began. */
    public void received(long bytes) {
        bytesIn = bytes;
    }

    /** Says what was sent just now: the invocation lasts until then. */
    public void sent(int status, long bytes) {
        this.status = status;
        bytesOut = bytes;
        sentNs = System.nanoTime();
    }

    /** What its instance begins as. */
    public StartKind start() {
        return start;
    }

    /** How long it waited for a place. */
    public long queuedNs() {
        return queuedNs;
    }

    /** From the function's begin to its end, once it ran. */
    public long runNs() {
        return ran ? endNs - startNs : 0;
    }

    /** The time in the function itself, once it ran. */
    public long cpuNs() {
        return ran ? endNs - startNs - awayNs() : 0;
    }

    /** How long its instance took, until the slot is given back; 0 when there is none. */
    public long instanceStartNs() {
        long atNs = ran && slot != null ? slot.frame().instanceAtNs() : 0;
        return atNs == 0 ? 0 : atNs - startNs;
    }

    private long awayNs() {
        return call == null ? awayNs : awayNs + call.timedNs();
    }

    /** How many bytes its response may have, now that its operations carried out what they did. */
    public long egressLeft() {
        return Math.max(0, route.limits().operations().egressBytesMax() - egressBytes());
    }

    /** Bytes that its operations carried out. */
    public long egressBytes() {
        return call == null ? 0 : call.egressBytes();
    }

    /** What the invocation took, once it is closed. */
    public @Nullable Receipt receipt() {
        return receipt;
    }

    /** Says how it ended where the function is not what decides: the request did not fit, or the response can't be sent. */
    public void end(Outcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void close() {
        long memoryBytes = slot == null ? 0 : slot.frame().memoryBytes();
        long instanceStartNs = instanceStartNs();
        try {
            if (slot != null) {
                slot.release();
            }
        } finally {
            leave();
        }
        Outcome outcome = this.outcome;
        if (outcome != null) {
            record(outcome, memoryBytes, instanceStartNs);
        }
    }

    private void record(Outcome outcome, long memoryBytes, long instanceStartNs) {
        long endedNs = sentNs != 0 ? sentNs : ran ? endNs : System.nanoTime();
        long beganNs = openedNs == 0 ? endedNs : openedNs;
        OperationCall call = this.call;
        Receipt receipt = new Receipt(
                id,
                route.name(),
                outcome,
                status,
                start,
                endedNs,
                endedNs - beganNs,
                queuedNs,
                runNs(),
                cpuNs(),
                instanceStartNs,
                memoryBytes,
                call == null ? OperationCounts.NONE : call.counts(),
                bytesIn,
                bytesOut,
                egressBytes());
        this.receipt = receipt;
        if (trace != null) {
            trace.end(receipt);
        }
        invoker.metricNames().record(route.metrics(), receipt);
        route.record(receipt, failed(outcome));
        if (call != null) {
            for (OperationLimits.Kind limit : call.limitsPassed()) {
                route.metrics().recordPassed(CallLimits.functionLimit(limit));
            }
        }
    }

    /** Whether it is the function's fault that it came to nothing; a status of 500 and more is, as its callers see it. */
    private boolean failed(Outcome outcome) {
        return switch (outcome) {
            case TRAP,
                    RESPONSE_INVALID,
                    RESPONSE_MISSING,
                    RESPONSE_INCOMPLETE,
                    RESPONSE_TOO_LARGE,
                    DEADLINE_EXCEEDED,
                    CPU_TIME_EXCEEDED,
                    EGRESS_LIMIT -> true;
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
        if (share != null) {
            share.leave();
        }
        if (inFunction) {
            route.admission().leave();
        }
    }
}

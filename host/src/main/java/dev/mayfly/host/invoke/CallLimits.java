package dev.mayfly.host.invoke;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.hostinterfaces.OperationLimits;
import dev.mayfly.memorypool.InvocationLimits;
import java.util.concurrent.TimeUnit;

/**
 * What each call of one function may use: what its deployment says, and what the host has where that says nothing. Made once for a route.
 *
 * @param invocation of its memory
 * @param operations of what it asks of the host
 * @param headerCountMax header lines of a request
 * @param responseBodyBytesMax of its response
 * @param cpuTimeMaxNs in the function itself
 * @param deadlineNs from begin to end
 * @param concurrencyMax calls at once
 * @param queueLengthMax calls that wait at once
 * @param queueTimeMaxNs how long each of them does
 */
public record CallLimits(
        InvocationLimits invocation,
        OperationLimits operations,
        int headerCountMax,
        long responseBodyBytesMax,
        long cpuTimeMaxNs,
        long deadlineNs,
        int concurrencyMax,
        int queueLengthMax,
        long queueTimeMaxNs) {

    /** Of a function whose deployment says {@code own}. */
    public static CallLimits of(Limits host, FunctionLimits own) {
        return new Resolution(host, own).limits();
    }

    /**
     * Checks what a deployment asks for.
     *
     * @throws MayflyException.LimitExceeded when that is more than the host gives
     */
    public static void require(Limits host, FunctionLimits own) {
        own.values().forEach((limit, value) -> {
            long max = most(host, limit);
            if (value > max) {
                throw new MayflyException.LimitExceeded(
                        limit.maxLabel(),
                        "the function asks for " + limit.label() + "=" + limit.text(value) + ", the host gives at most "
                                + limit.maxLabel() + "=" + limit.text(max));
            }
        });
    }

    /** The limit of a function that is behind one on its operations. */
    static FunctionLimit functionLimit(OperationLimits.Kind limit) {
        return switch (limit) {
            case OPERATION_COUNT_MAX -> FunctionLimit.OPERATION_COUNT;
            case CALL_DEPTH_MAX -> FunctionLimit.CALL_DEPTH;
            case SPAWN_DEPTH_MAX -> FunctionLimit.SPAWN_DEPTH;
            case EGRESS_BYTES_MAX -> FunctionLimit.EGRESS_BYTES;
        };
    }

    /** The most that the host gives. */
    public static long most(Limits host, FunctionLimit limit) {
        return switch (limit) {
            case MEMORY_BYTES -> host.memoryBytesMax();
            case TABLE_ELEMENTS -> host.tableElementsMax();
            case CPU_TIME -> host.cpuTimeMax().toMillis();
            case DEADLINE -> host.deadline().toMillis();
            case CONCURRENCY -> host.functionConcurrencyMax();
            case QUEUE_LENGTH -> host.queueLengthMax();
            case QUEUE_TIME -> host.queueTimeMax().toMillis();
            case REQUEST_BODY_BYTES -> host.requestBodyBytesMax();
            case RESPONSE_BODY_BYTES -> host.responseBodyBytesMax();
            case HEADER_COUNT -> host.headerCountMax();
            case OPERATION_COUNT -> host.operationCountMax();
            case CALL_DEPTH -> host.callDepthMax();
            case SPAWN_DEPTH -> host.spawnDepthMax();
            case LOG_BYTES -> host.logBytesMax();
            case EGRESS_BYTES -> host.egressBytesMax();
        };
    }

    /** What a function has whose deployment says nothing: the most, but for the queue, which one wants or doesn't. */
    public static long usual(Limits host, FunctionLimit limit) {
        Long operators = host.functionDefaults().of(limit);
        if (operators != null) {
            return Math.min(operators, most(host, limit));
        }
        return limit == FunctionLimit.QUEUE_LENGTH ? 0 : most(host, limit);
    }

    private record Resolution(Limits host, FunctionLimits own) {
        private long of(FunctionLimit limit) {
            Long asked = own.of(limit);
            // The host may give less than it did when the function was deployed.
            return asked == null ? usual(host, limit) : Math.min(asked, most(host, limit));
        }

        private int count(FunctionLimit limit) {
            return Math.toIntExact(of(limit));
        }

        private long ns(FunctionLimit limit) {
            return TimeUnit.MILLISECONDS.toNanos(of(limit));
        }

        CallLimits limits() {
            return new CallLimits(
                    new InvocationLimits(
                            of(FunctionLimit.REQUEST_BODY_BYTES),
                            host.bufferCountMax(),
                            host.bufferBytesMax(),
                            of(FunctionLimit.LOG_BYTES),
                            of(FunctionLimit.MEMORY_BYTES),
                            of(FunctionLimit.TABLE_ELEMENTS)),
                    new OperationLimits(
                            count(FunctionLimit.OPERATION_COUNT),
                            count(FunctionLimit.CALL_DEPTH),
                            count(FunctionLimit.SPAWN_DEPTH),
                            of(FunctionLimit.EGRESS_BYTES)),
                    count(FunctionLimit.HEADER_COUNT),
                    of(FunctionLimit.RESPONSE_BODY_BYTES),
                    ns(FunctionLimit.CPU_TIME),
                    ns(FunctionLimit.DEADLINE),
                    count(FunctionLimit.CONCURRENCY),
                    count(FunctionLimit.QUEUE_LENGTH),
                    ns(FunctionLimit.QUEUE_TIME));
        }
    }
}

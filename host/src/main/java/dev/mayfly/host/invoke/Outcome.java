package dev.mayfly.host.invoke;

import java.util.Locale;

/**
 * How an invocation ended. Kept apart are what the function did, what the caller did, what the host ran out of and what is a bug of ours.
 */
public enum Outcome {
    /** The function returned a response. */
    RESPONSE,
    /** The function reported a failure: one of the cases of {@code mayfly:function/web-types.error}. */
    FUNCTION_ERROR,
    /** The function trapped. */
    TRAP,
    /** The function returned a response that can't be sent: a status out of range, or a header that is none. */
    RESPONSE_INVALID,
    /** The function returned, and had set no response. */
    RESPONSE_MISSING,
    /** The function returned and left its response's body unfinished, or of another length than it had said. */
    RESPONSE_INCOMPLETE,
    /** The function returned a larger response than it may. */
    RESPONSE_TOO_LARGE,
    /** The function ran longer than it may and was stopped. */
    DEADLINE_EXCEEDED,
    /** The function was busy for longer than it may and was stopped. */
    CPU_TIME_EXCEEDED,
    /** The function's response would carry out more bytes than it may send. */
    EGRESS_LIMIT,
    /** The client went away, and the function was stopped. */
    CLIENT_GONE,
    /** The host stops, and stopped the function. */
    SHUTTING_DOWN,
    /** The request's body is larger than it may be. */
    BODY_TOO_LARGE,
    /** The request's head is larger than it may be. */
    HEAD_TOO_LARGE,
    /** The function was deleted just now. */
    FUNCTION_GONE,
    /** As many invocations are open as the host may have. */
    OVERLOADED,
    /** As many invocations are open as this function may have. */
    CONCURRENCY_LIMIT,
    /** It waited for one of the function's places, and none was left to it in time. */
    QUEUE_TIMEOUT,
    /** The host is nearly full, and the function's tenant has its share of it. */
    TENANT_LIMIT,
    /** The host has no memory left for this request at the moment. */
    UNAVAILABLE,
    /** A bug of ours, or the machine failing. */
    HOST_FAILED;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name as it stands in metrics: {@code deadline-exceeded}. */
    public String label() {
        return label;
    }
}

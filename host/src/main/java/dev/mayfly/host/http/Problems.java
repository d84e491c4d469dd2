package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.TrapKind;
import dev.mayfly.host.Limits;
import dev.mayfly.memorypool.Admission;

/** The problems that more than one place reports. */
final class Problems {
    private Problems() {}

    static Problem headTooLarge(Limits limits) {
        return Problem.of(
                        ProblemType.HEAD_TOO_LARGE,
                        "method, path, query and headers together may have " + limits.requestHeadBytesMax() + " bytes")
                .withLimit("request-head-bytes-max");
    }

    static Problem tooManyHeaders(int countMax) {
        return Problem.of(ProblemType.TOO_MANY_HEADERS, "a request may have " + countMax + " header lines")
                .withLimit("header-count-max");
    }

    static Problem bodyTooLarge(long bytesMax) {
        return Problem.of(ProblemType.BODY_TOO_LARGE, "a request's body may have " + bytesMax + " bytes")
                .withLimit("request-body-bytes-max");
    }

    static Problem componentTooLarge(Limits limits) {
        return Problem.of(
                        ProblemType.COMPONENT_TOO_LARGE,
                        "a component may have " + limits.componentBytesMax() + " bytes")
                .withLimit("component-bytes-max");
    }

    static Problem malformedBody() {
        return Problem.of(ProblemType.INVALID_REQUEST, "the body is not sent as HTTP has it");
    }

    static Problem noSlabs(Limits limits) {
        return Problem.of(
                        ProblemType.UNAVAILABLE, "all memory for bodies is in use: " + limits.slabBytesMax() + " bytes")
                .withLimit("slab-bytes-max")
                .withRetryAfter(Admission.RETRY_AFTER);
    }

    /** What the admin API's services throw, but for {@link FunctionsService}, where what is wrong is the component. */
    static Problem ofRequest(MayflyException e) {
        return switch (e) {
            case MayflyException.Invalid invalid -> Problem.of(ProblemType.INVALID_REQUEST, invalid.safeMessage());
            case MayflyException.Conflict conflict -> Problem.of(ProblemType.CONFLICT, conflict.safeMessage());
            case MayflyException.LimitExceeded limit
            when limit.limit().endsWith("-bytes-max") ->
                Problem.of(ProblemType.BODY_TOO_LARGE, limit.safeMessage()).withLimit(limit.limit());
            case MayflyException.LimitExceeded limit
            when limit.limit().endsWith("-count-max") ->
                Problem.of(ProblemType.LIMIT_REACHED, limit.safeMessage()).withLimit(limit.limit());
            default -> Problem.of(e);
        };
    }

    static Problem shuttingDown() {
        return Problem.of(ProblemType.SHUTTING_DOWN, "the host is shutting down")
                .withRetryAfter(Admission.RETRY_AFTER);
    }

    /** A trap. Where it happened is for the function's log: its inner life is no business of its callers'. */
    static Problem trapped(TrapKind kind, String message) {
        return Problem.of(
                        ProblemType.FUNCTION_TRAPPED,
                        message.lines().findFirst().orElse(""))
                .with("trap", kind.label());
    }

    /**
     * A failure that a function reported.
     *
     * @param outcome 1 + the case of {@code mayfly:function/web-types.error}
     */
    static Problem ofFunction(int outcome, String message) {
        return switch (outcome) {
            case 1 -> Problem.of(ProblemType.FUNCTION_INVALID, message);
            case 2 -> Problem.of(ProblemType.FUNCTION_PERMISSION_DENIED, message);
            case 3 -> Problem.of(ProblemType.FUNCTION_NOT_FOUND, message);
            case 4 -> Problem.of(ProblemType.FUNCTION_LIMIT_EXCEEDED, message).withRetryAfter(Admission.RETRY_AFTER);
            case 5 -> Problem.of(ProblemType.FUNCTION_UNAVAILABLE, message).withRetryAfter(Admission.RETRY_AFTER);
            // The text of the last case is for the function's log, not for its caller.
            default -> Problem.of(ProblemType.FUNCTION_FAILED, "the function failed; its log has the cause");
        };
    }
}

package dev.mayfly.host.http;

import java.util.Locale;

/**
 * What can go wrong with a request: the {@code type}, {@code title} and {@code status} of a problem document. A type's name is stable; programs
 * may depend on it.
 */
enum ProblemType {
    INVALID_REQUEST(400, "The request is not valid"),
    INVALID_NAME(400, "This is not a function's name"),
    INVALID_CONFIG(400, "This is not a configuration"),
    INVALID_ALIAS(400, "An alias can't be so"),
    VERSION_NOT_SELECTABLE(403, "The function's version can't be chosen"),
    UNAUTHENTICATED(401, "A key is needed"),
    PERMISSION_DENIED(403, "The key does not permit this"),
    TOO_MANY_FAILED_KEYS(429, "Too many keys that are not valid"),
    NOT_FOUND(404, "There is nothing here"),
    LIMIT_REACHED(409, "A limit of the host's is reached"),
    METHOD_NOT_ALLOWED(405, "This can't be done here"),

    CONFLICT(409, "This goes against how things are"),
    UNKNOWN_BINDING(422, "The function wants bindings that this host does not have"),
    NOT_A_COMPONENT(422, "The upload is not a WebAssembly component"),
    MISSING_IMPORTS(422, "The component needs imports that this host does not offer"),
    LIMIT_TOO_HIGH(422, "The function asks for more than this host gives"),
    COMPILE_LIMIT(422, "The component takes too much to compile"),
    COMPONENT_TOO_LARGE(413, "The component is too large"),
    DISK_FULL(507, "The host's disk is full"),

    BODY_TOO_LARGE(413, "The request's body is too large"),
    HEAD_TOO_LARGE(431, "The request's head is too large"),
    TOO_MANY_HEADERS(431, "The request has too many headers"),

    FUNCTION_INVALID(400, "The function does not accept the request"),
    FUNCTION_PERMISSION_DENIED(403, "The function does not permit this"),
    FUNCTION_NOT_FOUND(404, "The function has not found this"),
    FUNCTION_LIMIT_EXCEEDED(429, "A limit of the function's is exceeded"),
    FUNCTION_UNAVAILABLE(503, "Something the function needs is not available"),
    FUNCTION_FAILED(500, "The function failed"),
    FUNCTION_TRAPPED(500, "The function trapped"),
    WARMUP_FAILED(500, "The function can't be warmed up"),
    RESPONSE_INVALID(500, "The function's response can't be sent"),
    RESPONSE_MISSING(500, "The function set no response"),
    RESPONSE_INCOMPLETE(500, "The function's response is not whole"),
    RESPONSE_TOO_LARGE(500, "The function's response is too large"),
    DEADLINE_EXCEEDED(504, "The function took too long"),
    CPU_TIME_EXCEEDED(504, "The function was busy for too long"),
    EGRESS_LIMIT(500, "The function sends more than it may"),

    CONCURRENCY_LIMIT(429, "The function is at its limit of calls at once"),
    QUEUE_TIMEOUT(503, "The function's turn for this call did not come in time"),
    TENANT_LIMIT(429, "The host is nearly full, and this tenant has its share"),
    OVERLOADED(503, "The host is at its limit of calls at once"),
    UNAVAILABLE(503, "The host has no room at the moment"),
    SHUTTING_DOWN(503, "The host is shutting down"),
    HOST_FAILED(500, "The host failed");

    private final int status;
    private final String title;
    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** {@code body-too-large} */
    String slug() {
        return slug;
    }

    /** {@code urn:mayfly:problem:body-too-large} */
    String urn() {
        return "urn:mayfly:problem:" + slug;
    }
}

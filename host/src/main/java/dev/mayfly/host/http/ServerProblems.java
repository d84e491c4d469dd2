package dev.mayfly.host.http;

import dev.mayfly.host.Limits;
import io.helidon.http.DirectHandler;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import org.jspecify.annotations.Nullable;

/** Says what the web server itself finds wrong with a request in the same words as everything else: as a problem document. */
final class ServerProblems implements DirectHandler {
    private final Limits limits;

    ServerProblems(Limits limits) {
        this.limits = limits;
    }

    /** This handler for everything that the server reports. */
    DirectHandlers handlers() {
        DirectHandlers.Builder builder = DirectHandlers.builder();
        for (EventType event : EventType.values()) {
            builder.addHandler(event, this);
        }
        return builder.build();
    }

    @Override
    public TransportResponse handle(
            TransportRequest request,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        Problem problem = problem(request, event, status, message == null ? "" : message);
        return TransportResponse.builder()
                .status(problem.status())
                .headers(headers)
                .header(Problem.CONTENT_TYPE)
                .entity(problem.bytes())
                .keepAlive(problem.type() == ProblemType.NOT_FOUND)
                .build();
    }

    private Problem problem(TransportRequest request, EventType event, Status status, String message) {
        return switch (status.code()) {
            case 404 -> Problem.of(ProblemType.NOT_FOUND, "there is nothing at " + request.path());
            case 413 ->
                request.path().startsWith(AdminOperation.LIST_FUNCTIONS.path())
                        ? Problems.componentTooLarge(limits)
                        : Problems.bodyTooLarge(limits.requestBodyBytesMax());
            case 414, 431 -> Problems.headTooLarge(limits);
            case 503 -> Problems.shuttingDown();
            case 505 -> Problem.of(ProblemType.INVALID_REQUEST, "HTTP/1.1 and HTTP/2 are spoken here");
            default ->
                // The server has no event of its own for this.
                message.contains("Header size exceeded")
                        ? Problems.headTooLarge(limits)
                        : event == EventType.INTERNAL_ERROR || status.code() >= 500
                                ? Problem.of(ProblemType.HOST_FAILED, "the host failed; its log has the cause")
                                : Problem.of(ProblemType.INVALID_REQUEST, firstLine(message));
        };
    }

    /** What the server adds after the first line is a dump of the bytes it got. */
    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("the request is not valid HTTP");
    }
}

package dev.mayfly.host.http;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.Cors;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.StartKind;
import dev.mayfly.host.warmup.Warmups;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.memorypool.Admission;
import dev.mayfly.memorypool.InvocationBuffers;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code ANY /f/{name}[/{path}]} and {@code ANY /t/{tenant}/f/{name}[/{path}]}, with the name as {@link RouteChoice} reads it: the request goes into an invocation's slot, the function runs on this thread, and its response goes from
 * the slot to the socket.
 *
 * <p>Threads: any number of requests at once, each on its own virtual thread from the first byte to the last.
 */
final class InvokeHandler {
    static final HeaderName INVOCATION_ID = HeaderNames.create("Mayfly-Invocation-Id");
    private static final HeaderName START = HeaderNames.create("Mayfly-Start");
    private static final Header COLD = HeaderValues.createCached(START, StartKind.COLD.label());
    private static final Header WARMED = HeaderValues.createCached(START, StartKind.WARMED.label());
    private static final Header BOOTSTRAP =
            HeaderValues.createCached("X-Edge-Instance-Journal-Status", "bootstrap=journal+memory");
    static final HeaderName TRACE_PARENT = HeaderNames.create(OperationCall.TRACE_PARENT);
    static final HeaderName DEADLINE_MS = HeaderNames.create("Mayfly-Deadline-Ms");

    /** A larger response is written in pieces of this size; a smaller one in one go. */
    private static final int PIECE_BYTES = 64 << 10;

    /** A request's body of at most so many bytes is there when the function begins; a longer one comes while it runs. */
    private static final int READY_BODY_BYTES_MAX = 64 << 10;

    private static final byte[] NOTHING = {};
    private static final System.Logger LOG = System.getLogger(InvokeHandler.class.getName());

    private final Invoker invoker;
    private final Warmups warmups;
    private final CallGate gate;
    private final Limits limits;
    private final AccessLog accessLog;
    private final boolean timing;

    InvokeHandler(Invoker invoker, Warmups warmups, CallGate gate, Limits limits, AccessLog accessLog, boolean timing) {
        this.invoker = invoker;
        this.warmups = warmups;
        this.gate = gate;
        this.limits = limits;
        this.accessLog = accessLog;
        this.timing = timing;
    }

    void handle(ClientConnection connection, String path, RoutingRequest request, RoutingResponse response) {
        String id = invoker.ids().next();
        try (AccessLog.Entry entry = accessLog.begin(connection, path, request, response)) {
            Problem problem = call(connection, path, request, response, id, entry);
            if (problem != null) {
                response.header(HeaderValues.create(INVOCATION_ID, id));
                problem.in(id).send(response);
                connection.discardBody(request);
            }
            response.commit();
        } catch (CloseConnectionException e) {
            // The client is gone.
            throw e;
        } catch (BodyStream.Malformed e) {
            response.header(INVOCATION_ID, id);
            Problems.malformedBody().in(id).send(response);
            throw new CloseConnectionException("nobody knows where the next request begins", e);
        } catch (RuntimeException e) {
            if (e instanceof UncheckedIOException || response.isSent() || !response.reset()) {
                throw new CloseConnectionException("a response was cut off", e);
            }
            LOG.log(System.Logger.Level.ERROR, "request " + id + " failed", e);
            response.header(INVOCATION_ID, id);
            response.header(HeaderValues.CONNECTION_CLOSE);
            Problem.of(ProblemType.HOST_FAILED, "the host failed; its log has the cause")
                    .in(id)
                    .send(response);
        }
    }

    private @Nullable Problem call(
            ClientConnection connection,
            String path,
            RoutingRequest request,
            RoutingResponse response,
            String id,
            AccessLog.Entry entry) {
        CallPath called = CallPath.parse(path);
        if (called == null) {
            return Problem.of(ProblemType.INVALID_NAME, "the path names no function: /f/NAME or /t/TENANT/f/NAME");
        }
        RouteChoice choice = new RouteChoice(
                invoker.routes(), request.headers(), request.prologue().query().rawValue(), gate);
        Route route = choice.choose(called.function());
        boolean isPublic = route == null
                ? choice.isProblemPublic()
                : route.version().settings().isPublic();
        Cors cors = route == null ? null : route.version().settings().cors();
        if (cors != null && CorsHeaders.answer(cors, request, response)) {
            // Browsers ask without a key.
            return null;
        }
        Problem refused = gate.refusal(connection, request.headers(), choice.name(), isPublic);
        if (refused != null) {
            return refused;
        }
        if (route == null) {
            return choice.problem();
        }
        long durationMaxNs = durationMaxNs(request.headers());
        if (durationMaxNs <= 0) {
            return Problem.of(
                    ProblemType.INVALID_REQUEST,
                    "the header Mayfly-Deadline-Ms must be a positive number of milliseconds");
        }
        if (route.isDebugged() && !route.isWarmed()) {
            Problem failed = warmUp(route);
            if (failed != null) {
                return failed;
            }
        }
        try (Invocation invocation = entry.of(
                invoker.open(route, id, Ancestry.NONE, connection.cancellation(request.id()), durationMaxNs))) {
            Problem problem = invocation.refusal() == null && invocation.route() != route && choice.isExact()
                    ? removed(invocation)
                    : call(connection, invocation, called.rest(), durationMaxNs, request, response);
            if (problem != null) {
                invocation.sent(problem.type().status(), 0);
            }
            return problem;
        }
    }

    /** Who debugs a function's warm-up waits for it, and reads here what is wrong with it. */
    private @Nullable Problem warmUp(Route route) {
        try {
            List<String> causes = warmups.buildInline(route);
            return causes.isEmpty() ? null : Problem.of(ProblemType.WARMUP_FAILED, String.join("; ", causes));
        } catch (MayflyException e) {
            return Problem.of(e);
        }
    }

    /** It was removed between the look-up and the first use, and another version is not what was asked for. */
    private static Problem removed(Invocation invocation) {
        invocation.end(Outcome.FUNCTION_GONE);
        return Problem.of(ProblemType.NOT_FOUND, "this version was just removed");
    }

    private @Nullable Problem call(
            ClientConnection connection,
            Invocation invocation,
            String path,
            long durationMaxNs,
            RoutingRequest request,
            RoutingResponse response) {
        Outcome refusal = invocation.refusal();
        if (refusal != null) {
            return refusal(refusal, invocation);
        }
        if (request.headers().contains(TRACE_PARENT)) {
            invocation.traceParent(request.headers().get(TRACE_PARENT).get());
        }
        if (invocation.route().readsCallerToken()) {
            invocation.callerToken(gate.tokenId(request.headers()));
        }
        Problem problem = writeHead(invocation, path, request);
        if (problem != null) {
            return problem;
        }
        if (!request.content().hasEntity()) {
            return run(connection, invocation, durationMaxNs, null, request, response);
        }
        invocation.opened();
        long length = contentLength(request.headers());
        long lengthMax = invocation.route().limits().invocation().requestBodyBytesMax();
        if (length > lengthMax) {
            return bodyTooLarge(invocation);
        }
        StreamedBody body = new StreamedBody(connection, request, lengthMax, limits.requestBodyTimeMax());
        try {
            problem = readBody(invocation, body, length);
            if (problem == null && body.failure() == null) {
                problem = run(connection, invocation, durationMaxNs, body, request, response);
            }
            Exception failure = body.failure();
            return failure == null || response.isSent() ? problem : bodyBrokeOff(failure, invocation);
        } finally {
            invocation.received(body.bytes());
        }
    }

    private @Nullable Problem run(
            ClientConnection connection,
            Invocation invocation,
            long durationMaxNs,
            @Nullable StreamedBody body,
            RoutingRequest request,
            RoutingResponse response) {
        if (body != null) {
            body.begin(System.nanoTime() + durationMaxNs);
        }
        Method method = request.prologue().method();
        StreamedResponse streamed = new StreamedResponse(connection, method, response, limits.responseTimeMax());
        invocation.respondTo(streamed);
        Outcome outcome = invocation.run(connection.cancellation(request.id()), durationMaxNs);
        if (body != null) {
            body.end();
        }
        boolean trailed =
                outcome == Outcome.RESPONSE && invocation.slot().frame().responseTrailerCount() > 0;
        if (streamed.hasBegun() || trailed) {
            outcome = end(streamed, outcome, invocation);
            if (streamed.hasBegun()) {
                return null;
            }
        }
        String invalid = streamed.invalid();
        if (invalid != null) {
            return invalid(invalid, invocation);
        }
        if (timing
                && ServerTiming.isWanted(request.headers())
                && gate.mayRead(request.headers(), invocation.route().name())) {
            ServerTiming.add(invocation, response);
        }
        return outcome == Outcome.RESPONSE
                ? respond(connection, invocation, method, response)
                : failure(outcome, invocation, durationMaxNs);
    }

    /** Sends the rest of a response that began while the function ran. One that isn't whole ends with its connection, so that nobody takes it for one. */
    private static Outcome end(StreamedResponse streamed, Outcome outcome, Invocation invocation) {
        Outcome stopped = outcome == Outcome.RESPONSE ? streamed.send(invocation) : null;
        Outcome ended = stopped == null ? outcome : stopped;
        if (streamed.isComplete()) {
            return ended;
        }
        invocation.end(ended);
        if (streamed.hasBegun()) {
            throw new CloseConnectionException("a response was cut off: " + ended.label());
        }
        return ended;
    }

    /** As Helidon's own method (4.4.0) says, which looks up a converter in its service registry each time: half of a small request's cost. */
    private static long contentLength(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.CONTENT_LENGTH)) {
            return InvocationBuffers.UNKNOWN;
        }
        try {
            return Long.parseLong(headers.get(HeaderNames.CONTENT_LENGTH).get());
        } catch (NumberFormatException e) {
            // Helidon refuses it where it tells where a body ends.
            return InvocationBuffers.UNKNOWN;
        }
    }

    /** What the caller allows, at most what the host allows; 0 when the header makes no sense. */
    private long durationMaxNs(ServerRequestHeaders headers) {
        if (!headers.contains(DEADLINE_MS)) {
            return invoker.deadlineNs();
        }
        try {
            long ms = Long.parseLong(headers.get(DEADLINE_MS).get());
            return ms <= 0
                    ? 0
                    : Math.min(
                            Duration.ofMillis(Math.min(ms, Integer.MAX_VALUE)).toNanos(), invoker.deadlineNs());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private @Nullable Problem writeHead(Invocation invocation, String path, RoutingRequest request) {
        HttpPrologue prologue = request.prologue();
        ServerRequestHeaders headers = request.headers();
        RequestHeadWriter head = invocation.slot().requestHead();
        String query = prologue.query().rawValue();
        head.start(
                prologue.method().text(),
                path,
                query.isEmpty() ? null : query,
                invocation.id(),
                invocation.route().limits().headerCountMax());
        if (!headers.contains(HeaderNames.HOST)) {
            // HTTP/2 says it otherwise; functions need not know.
            head.header(HeaderNames.HOST.lowerCase(), request.authority());
        }
        for (Header header : headers) {
            String name = header.headerName().lowerCase();
            if (!HopByHop.isRequestHeader(name) && !KeyCheck.isKey(header)) {
                if (header.valueCount() == 1) {
                    head.header(name, header.get());
                } else {
                    for (String value : header.allValues()) {
                        head.header(name, value);
                    }
                }
            }
        }
        return switch (head.finish()) {
            case RequestHeadWriter.OK -> null;
            case RequestHeadWriter.TOO_MANY_HEADERS -> {
                invocation.end(Outcome.HEAD_TOO_LARGE);
                yield Problems.tooManyHeaders(invocation.route().limits().headerCountMax());
            }
            default -> {
                invocation.end(Outcome.HEAD_TOO_LARGE);
                yield Problems.headTooLarge(limits);
            }
        };
    }

    /** Puts a short body into the slot, or has the function get a long one as it arrives. */
    private @Nullable Problem readBody(Invocation invocation, StreamedBody body, long length) {
        InvocationSlot slot = invocation.slot();
        if (length > READY_BODY_BYTES_MAX) {
            slot.buffers().streamRequestBody(body, length);
            return null;
        }
        byte[] bytes = new byte[length < 0 ? READY_BODY_BYTES_MAX : (int) length];
        int read;
        try {
            read = body.readNBytes(bytes, 0, bytes.length);
            if (length < 0 && read == bytes.length) {
                slot.buffers().streamRequestBody(body.behind(bytes, read), InvocationBuffers.UNKNOWN);
                return null;
            }
        } catch (IOException e) {
            return null; // It is remembered: see bodyBrokeOff.
        }
        int status = slot.appendRequestBody(bytes, 0, read);
        return status == Operation.OK ? null : bodyRefused(status, invocation);
    }

    private Problem bodyBrokeOff(Exception failure, Invocation invocation) {
        if (failure instanceof BodyStream.TooLarge) {
            return bodyTooLarge(invocation);
        }
        if (failure instanceof BodyStream.Malformed malformed) {
            throw malformed;
        }
        invocation.end(Outcome.CLIENT_GONE);
        throw new CloseConnectionException("the client went away while it sent a body", failure);
    }

    private static Problem bodyTooLarge(Invocation invocation) {
        invocation.end(Outcome.BODY_TOO_LARGE);
        return Problems.bodyTooLarge(invocation.route().limits().invocation().requestBodyBytesMax());
    }

    private Problem bodyRefused(int status, Invocation invocation) {
        if (status == Operation.LIMIT_EXCEEDED) {
            return bodyTooLarge(invocation);
        }
        invocation.end(Outcome.UNAVAILABLE);
        return Problems.noSlabs(limits);
    }

    private @Nullable Problem respond(
            ClientConnection connection, Invocation invocation, Method method, RoutingResponse response) {
        InvocationSlot slot = invocation.slot();
        Frame frame = slot.frame();
        int status = frame.responseStatus();
        int body = frame.responseBody();
        if (body == FrameLayout.REQUEST_BODY && slot.buffers().isStream(body)) {
            // A client may send all of its request before it reads anything: nothing goes out before all of it is in.
            int loaded = slot.buffers().load(body);
            if (loaded != Operation.OK) {
                return bodyRefused(loaded, invocation);
            }
        }
        long length = body < 0 ? 0 : slot.buffers().length(body);
        long lengthMax = invocation.route().limits().responseBodyBytesMax();
        if (length > lengthMax) {
            invocation.end(Outcome.RESPONSE_TOO_LARGE);
            return Problem.of(
                            ProblemType.RESPONSE_TOO_LARGE,
                            "the response has " + length + " bytes, the limit is " + lengthMax)
                    .withLimit("response-body-bytes-max");
        }
        if (length > invocation.egressLeft()) {
            invocation.end(Outcome.EGRESS_LIMIT);
            return Problem.of(
                            ProblemType.EGRESS_LIMIT,
                            "the response has " + length + " bytes, and the function may send "
                                    + invocation.egressLeft() + " more")
                    .withLimit("egress-bytes-max");
        }
        String invalid = ResponseHeaders.copyHead(status, slot.responseHead(), response.headers());
        if (invalid != null) {
            response.reset();
            return invalid(invalid, invocation);
        }
        response.header(HeaderValues.create(INVOCATION_ID, invocation.id()));
        sayStart(invocation, response);
        response.status(ResponseHeaders.status(status));
        send(connection, invocation, body, length, method, status, response);
        return null;
    }

    /** Says what the instance began as; of a function that is debugged also as Wasmer does. */
    static void sayStart(Invocation invocation, RoutingResponse response) {
        boolean isWarmed = invocation.start() == StartKind.WARMED;
        response.header(isWarmed ? WARMED : COLD);
        if (isWarmed && invocation.route().isDebugged()) {
            response.header(BOOTSTRAP);
        }
    }

    private static Problem invalid(String reason, Invocation invocation) {
        invocation.end(Outcome.RESPONSE_INVALID);
        invocation.hostLine(4, "response invalid: " + reason);
        return Problem.of(ProblemType.RESPONSE_INVALID, reason);
    }

    private void send(
            ClientConnection connection,
            Invocation invocation,
            int body,
            long length,
            Method method,
            int status,
            RoutingResponse response) {
        InvocationSlot slot = invocation.slot();
        invocation.sent(status, 0);
        if (ResponseHeaders.hasNoBody(status)) {
            response.send(NOTHING);
        } else if (method.equals(Method.HEAD)) {
            // A function may say the length of what it doesn't send.
            long said = slot.frame().responseState() == FrameLayout.RESPONSE_NONE
                    ? length
                    : Math.max(length, slot.frame().responseLength());
            if (said >= 0) {
                response.headers().contentLength(said);
            }
            response.send(NOTHING);
        } else if (length == 0) {
            response.send(NOTHING);
        } else if (length > 0 && length <= PIECE_BYTES && !slot.buffers().isStream(body)) {
            byte[] bytes = new byte[(int) length];
            slot.copyBuffer(body, bytes, 0);
            response.send(bytes);
            invocation.sent(status, length);
        } else {
            sendInPieces(connection, invocation, body, length, status, response);
        }
    }

    private void sendInPieces(
            ClientConnection connection,
            Invocation invocation,
            int body,
            long length,
            int status,
            RoutingResponse response) {
        if (length >= 0) {
            response.headers().contentLength(length);
        }
        long sent = 0;
        long lengthMax = Math.min(invocation.route().limits().responseBodyBytesMax(), invocation.egressLeft());
        try (InputStream in = invocation.slot().buffers().take(body);
                OutputStream out = response.outputStream()) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                sent += read;
                if (sent > lengthMax) {
                    throw new CloseConnectionException(
                            "a response of unknown length passed response-body-bytes-max or egress-bytes-max");
                }
                connection.waitFor(limits.responseTimeMax());
                out.write(piece, 0, read);
                connection.waitNoMore();
            }
            if (length >= 0 && sent < length) {
                throw new CloseConnectionException("a response ended early");
            }
        } catch (IOException e) {
            throw new ServerConnectionException("can't send a response", e);
        } finally {
            invocation.sent(status, sent);
            connection.waitNoMore();
        }
    }

    private Problem refusal(Outcome refusal, Invocation invocation) {
        String name = Tenant.shortName(invocation.route().name());
        return switch (refusal) {
            case FUNCTION_GONE -> RouteChoice.unknown(name);
            case CONCURRENCY_LIMIT ->
                Problem.of(
                                ProblemType.CONCURRENCY_LIMIT,
                                "function " + name + " has as many calls at once as it may: "
                                        + invocation.route().admission().concurrencyMax())
                        .withLimit("function-concurrency-max")
                        .withRetryAfter(Admission.RETRY_AFTER);
            case QUEUE_TIMEOUT ->
                Problem.of(
                                ProblemType.QUEUE_TIMEOUT,
                                "function " + name + " has as many calls at once as it may, and this one waited "
                                        + Duration.ofNanos(invocation.queuedNs())
                                                .toMillis() + " ms")
                        .withLimit("queue-time-max")
                        .withRetryAfter(Admission.RETRY_AFTER);
            case CLIENT_GONE -> throw new CloseConnectionException("the client is gone");
            case TENANT_LIMIT ->
                Problem.of(
                                ProblemType.TENANT_LIMIT,
                                "the host is nearly full, and this tenant's functions have their share of its calls")
                        .withLimit("host-concurrency-max")
                        .withRetryAfter(Admission.RETRY_AFTER);
            case OVERLOADED ->
                Problem.of(
                                ProblemType.OVERLOADED,
                                "the host has as many calls at once as it may: "
                                        + invoker.slots().config().slotCountMax())
                        .withLimit("host-concurrency-max")
                        .withRetryAfter(Admission.RETRY_AFTER);
            case SHUTTING_DOWN -> Problems.shuttingDown();
            default -> {
                MayflyException cause = invocation.loadFailure();
                yield refusal == Outcome.UNAVAILABLE && cause != null
                        ? Problem.of(cause)
                        : Problem.of(
                                ProblemType.HOST_FAILED,
                                "function " + name + " can't be loaded; the host's log has the cause");
            }
        };
    }

    private Problem failure(Outcome outcome, Invocation invocation, long durationMaxNs) {
        Frame frame = invocation.slot().frame();
        return switch (outcome) {
            case FUNCTION_ERROR -> Problems.ofFunction(frame.outcome(), frame.message());
            case RESPONSE_MISSING ->
                Problem.of(ProblemType.RESPONSE_MISSING, "the function returned without setting its response");
            case RESPONSE_INCOMPLETE ->
                Problem.of(
                        ProblemType.RESPONSE_INCOMPLETE,
                        "the function did not finish its response's body, or it has another length than it said");
            case RESPONSE_TOO_LARGE ->
                Problem.of(
                                ProblemType.RESPONSE_TOO_LARGE,
                                "the response has more bytes than the limit of "
                                        + invocation.route().limits().responseBodyBytesMax())
                        .withLimit("response-body-bytes-max");
            case EGRESS_LIMIT ->
                Problem.of(ProblemType.EGRESS_LIMIT, "the response has more bytes than the function may send")
                        .withLimit("egress-bytes-max");
            case TRAP -> Problems.trapped(frame.trapKind(), frame.message());
            case DEADLINE_EXCEEDED ->
                Problem.of(
                                ProblemType.DEADLINE_EXCEEDED,
                                "the function was stopped after "
                                        + Duration.ofNanos(Math.min(
                                                        durationMaxNs,
                                                        invocation
                                                                .route()
                                                                .limits()
                                                                .deadlineNs()))
                                                .toMillis()
                                        + " ms")
                        .withLimit("deadline");
            case CPU_TIME_EXCEEDED ->
                Problem.of(
                                ProblemType.CPU_TIME_EXCEEDED,
                                "the function was stopped after it had been busy for "
                                        + Duration.ofNanos(invocation
                                                        .route()
                                                        .limits()
                                                        .cpuTimeMaxNs())
                                                .toMillis()
                                        + " ms")
                        .withLimit("cpu-time-max");
            case SHUTTING_DOWN -> Problems.shuttingDown();
            case CLIENT_GONE -> throw new CloseConnectionException("the client is gone");
            case UNAVAILABLE ->
                Problem.of(ProblemType.UNAVAILABLE, "the engine's pool is exhausted: " + frame.message())
                        .withRetryAfter(Admission.RETRY_AFTER);
            default -> Problem.of(ProblemType.HOST_FAILED, "the host failed; its log has the cause");
        };
    }
}

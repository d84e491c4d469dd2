package dev.mayfly.hostinterfaces.http;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.FunctionContext;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * {@code mayfly:http/client}: parameters in the order of {@code wit/http/http.wit}; and the requests of {@code wasi:http/outgoing-handler}, which go on
 * while their function does, in the order of {@code engine/native/src/front/wasi_http/outgoing.rs}; and those of {@code momento:http}.
 */
public final class HttpOperations {
    /** Requests that one invocation may have under way at once. Each has a thread and up to 128 KiB of bodies. */
    static final int OUTGOING_COUNT_MAX = 200;

    private static final int NO_BODY = 0;
    private static final int BYTES = 1;

    private HttpOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.HTTP_SEND, HttpOperations::send)
                .with(Operation.HTTP_BEGIN, HttpOperations::begin)
                .with(Operation.HTTP_ANSWER, HttpOperations::answer)
                .with(Operation.HTTP_READ, HttpOperations::read)
                .with(Operation.HTTP_WRITE, HttpOperations::writeBody)
                .with(
                        Operation.HTTP_ROOM,
                        (call, in, out) -> out.u32(outgoing(call, in).upload().room()))
                .with(Operation.HTTP_END, HttpOperations::end)
                .with(Operation.HTTP_FETCH, HttpOperations::fetch);
    }

    private static void send(OperationCall call, ArgumentReader in, AnswerWriter out) {
        HttpUpstream upstream = call.provider(BindingKind.HTTP, in.text(), HttpUpstream.class);
        String method = in.text();
        String pathAndQuery = in.text();
        List<Map.Entry<String, String>> headers = call.traced(headers(in));
        try (Body sent = call.body(in)) {
            Deadline deadline = call.deadline();
            if (in.bool()) {
                deadline = deadline.orEarlier(Deadline.in(Duration.ofMillis(in.u32())));
            }
            HttpUpstream.Response response =
                    upstream.send(new HttpUpstream.Request(method, pathAndQuery, headers, sent), deadline);
            write(response, call, out);
        }
    }

    private static void begin(OperationCall call, ArgumentReader in, AnswerWriter out) {
        Origin origin = origin(in.text());
        String method = in.text();
        String pathAndQuery = in.text();
        List<Map.Entry<String, String>> headers = call.traced(headers(in));
        int kind = in.u8();
        Pipe upload = kind == NO_BODY || kind == BYTES ? null : OutgoingCall.uploadPipe();
        Body body = switch (kind) {
            case NO_BODY -> null;
            case BYTES -> Body.of(in.bytes());
            default -> Body.of(Objects.requireNonNull(upload).stream(), in.bool() ? in.i64() : Body.UNKNOWN);
        };
        long connectNs = timeout(in);
        long firstByteNs = timeout(in);
        long headNs = firstByteNs == Long.MAX_VALUE ? firstByteNs : saturated(firstByteNs, connectNs);
        OutgoingCall.Timeouts timeouts = new OutgoingCall.Timeouts(headNs, timeout(in));
        HttpUpstream upstream = call.provider(BindingKind.HTTP, bindingTo(origin, call.function()), HttpUpstream.class);
        if (call.resources().count(OutgoingCall.class) >= OUTGOING_COUNT_MAX) {
            throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "outgoing-count-max=" + OUTGOING_COUNT_MAX);
        }
        OutgoingCall outgoing = new OutgoingCall(
                upstream,
                new HttpUpstream.Request(method, pathAndQuery, headers, body),
                upload,
                call.deadline(),
                timeouts,
                call.keepUse());
        // From here on it is the invocation's to close: only what runs gives its permit back.
        outgoing.start();
        out.u32(call.resources().add(outgoing));
    }

    /** To an origin, or to what a binding leads to, signed if need be: {@code engine/native/src/front/momento/http.rs} has the order. */
    private static void fetch(OperationCall call, ArgumentReader in, AnswerWriter out) {
        String to = in.text();
        String binding = to.contains("://") ? bindingTo(origin(to), call.function()) : to;
        HttpUpstream upstream = call.provider(BindingKind.HTTP, binding, HttpUpstream.class);
        String method = in.text();
        String pathAndQuery = in.text();
        List<Map.Entry<String, String>> headers = call.traced(headers(in));
        try (Body sent = call.body(in)) {
            Deadline deadline = call.deadline();
            if (in.bool()) {
                long ms = in.i64();
                deadline = ms < 0 ? deadline : deadline.orEarlier(Deadline.in(Duration.ofMillis(ms)));
            }
            HttpUpstream.Request request = new HttpUpstream.Request(method, pathAndQuery, headers, sent);
            if (in.bool()) {
                AwsSignature signature = new AwsSignature(in.text(), in.text(), in.text(), in.text());
                request = signature.sign(request, upstream.origin());
            }
            write(upstream.send(request, deadline), call, out);
        }
    }

    private static Origin origin(String text) {
        try {
            return Origin.of(text);
        } catch (IllegalArgumentException e) {
            throw HostError.of(HostError.Kind.INVALID, "a request goes to a host and a port", e);
        }
    }

    /** The name of the binding that leads to an origin. */
    private static String bindingTo(Origin origin, FunctionContext function) {
        String binding = function.bindingWith(
                HttpUpstream.class, upstream -> upstream.origin().equals(origin));
        if (binding != null) {
            return binding;
        }
        throw HostError.of(
                HostError.Kind.PERMISSION_DENIED, "function " + function.name() + " has no http binding for " + origin);
    }

    private static long timeout(ArgumentReader in) {
        long ns = in.bool() ? in.i64() : Long.MAX_VALUE;
        return ns < 0 ? Long.MAX_VALUE : ns;
    }

    /** A time to connect alone is the binding's to set, see {@link HttpUpstreamConfig#connectTimeout}. */
    private static long saturated(long ns, long moreNs) {
        return moreNs > Long.MAX_VALUE - ns ? ns : ns + moreNs;
    }

    private static OutgoingCall outgoing(OperationCall call, ArgumentReader in) {
        return call.resources().get(in.handle(), OutgoingCall.class);
    }

    private static void answer(OperationCall call, ArgumentReader in, AnswerWriter out) {
        HttpUpstream.Response head = outgoing(call, in).head();
        out.bool(head != null);
        if (head != null) {
            out.u16(head.status()).u32(head.headers().size());
            head.headers().forEach(header -> out.text(header.getKey()).text(header.getValue()));
        }
    }

    private static void read(OperationCall call, ArgumentReader in, AnswerWriter out) {
        outgoing(call, in).read(in.handle(), out);
    }

    private static void writeBody(OperationCall call, ArgumentReader in, AnswerWriter out) {
        Pipe upload = outgoing(call, in).upload();
        byte[] bytes = in.rest();
        call.carryOut(Math.min(bytes.length, upload.room()));
        out.u32(upload.offer(bytes));
    }

    private static void end(OperationCall call, ArgumentReader in, AnswerWriter out) {
        Pipe upload = outgoing(call, in).upload();
        if (in.bool()) {
            upload.end();
        } else {
            upload.fail(HostError.of(HostError.Kind.INVALID, "the request's body was not finished"));
        }
    }

    /** Writes a response as functions get it. */
    public static void write(HttpUpstream.Response response, OperationCall call, AnswerWriter out) {
        // First, so that it is the invocation's to close when the headers are too much for an answer.
        int body = call.bufferOf(response.body());
        out.u16(response.status()).u32(response.headers().size());
        response.headers().forEach(header -> out.text(header.getKey()).text(header.getValue()));
        out.u32(body);
    }

    /** Header lines as a function gives them. */
    public static List<Map.Entry<String, String>> headers(ArgumentReader in) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            headers.add(Map.entry(in.text(), in.text()));
        }
        return headers;
    }
}

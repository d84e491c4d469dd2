package dev.mayfly.benchmarks.inprocess;

import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import java.util.Arrays;

/** A call of a function that gives the request's body back, from the look-up of its name to the bytes of its answer. */
public final class EchoCall implements Workload {
    private static final int HEADER_COUNT_MAX = 128;

    private final Invoker invoker;
    private final String name;
    private final byte[] request;
    private final byte[] response;

    /** @param bytes length of the body; none of them is zero */
    public EchoCall(Invoker invoker, String name, int bytes) {
        this.invoker = invoker;
        this.name = name;
        this.request = new byte[bytes];
        Arrays.fill(request, (byte) 'x');
        this.response = new byte[bytes];
    }

    @Override
    public void call() {
        try (Invocation invocation =
                invoker.open(InProcessHost.route(invoker, name), invoker.ids().next())) {
            if (invocation.refusal() != null) {
                throw new IllegalStateException(name + " can't run: " + invocation.refusal());
            }
            InvocationSlot slot = invocation.slot();
            writeRequest(slot, "/", invocation.id(), request);
            Outcome outcome = invocation.run(Cancellation.NEVER, invoker.deadlineNs());
            if (outcome != Outcome.RESPONSE) {
                throw new IllegalStateException(
                        name + ": " + outcome + " " + slot.frame().message());
            }
            readResponse(slot, response);
        }
    }

    /** A request as a small one over HTTP would be. */
    static void writeRequest(InvocationSlot slot, String path, String id, byte[] body) {
        RequestHeadWriter head = slot.requestHead();
        head.start("POST", path, null, id, HEADER_COUNT_MAX);
        head.header("Content-Type", "application/octet-stream");
        head.header("Content-Length", "64");
        if (head.finish() != RequestHeadWriter.OK || slot.appendRequestBody(body, 0, body.length) != Operation.OK) {
            throw new IllegalStateException("the request does not fit");
        }
    }

    /** Copies the answer's body; that of the request was as long. */
    static void readResponse(InvocationSlot slot, byte[] response) {
        int body = slot.frame().responseBody();
        if (slot.frame().responseStatus() != 200 || body < 0 || slot.bufferLength(body) != response.length) {
            throw new IllegalStateException(
                    "the guest should echo: status=" + slot.frame().responseStatus() + " body=" + body);
        }
        slot.copyBuffer(body, response, 0);
        if (response[response.length - 1] != 'x') {
            throw new IllegalStateException("the guest should echo other bytes");
        }
    }
}

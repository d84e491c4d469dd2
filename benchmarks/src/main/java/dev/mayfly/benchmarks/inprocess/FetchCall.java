package dev.mayfly.benchmarks.inprocess;

import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.memorypool.InvocationSlot;
import java.io.IOException;
import java.io.InputStream;

/** A call of a function that asks its upstream for the request's path and gives the answer back, from the look-up of its name to the last byte. */
public final class FetchCall implements Workload {
    private static final byte[] NOTHING = {};

    private final Invoker invoker;
    private final String name;
    private final String path;
    private final int bytes;

    /** @param bytes that the upstream answers with */
    public FetchCall(Invoker invoker, String name, String path, int bytes) {
        this.invoker = invoker;
        this.name = name;
        this.path = path;
        this.bytes = bytes;
    }

    @Override
    public void call() throws IOException {
        try (Invocation invocation =
                invoker.open(InProcessHost.route(invoker, name), invoker.ids().next())) {
            if (invocation.refusal() != null) {
                throw new IllegalStateException(name + " can't run: " + invocation.refusal());
            }
            InvocationSlot slot = invocation.slot();
            EchoCall.writeRequest(slot, path, invocation.id(), NOTHING);
            Outcome outcome = invocation.run(Cancellation.NEVER, invoker.deadlineNs());
            if (outcome != Outcome.RESPONSE || slot.frame().responseStatus() != 200) {
                throw new IllegalStateException(name + ": " + outcome + " status="
                        + slot.frame().responseStatus() + " " + slot.frame().message());
            }
            try (InputStream body = slot.buffers().take(slot.frame().responseBody())) {
                if (body.readNBytes(bytes).length != bytes || body.read() >= 0) {
                    throw new IllegalStateException(name + " should answer with bytes=" + bytes);
                }
            }
        }
    }
}

package dev.mayfly.benchmarks.inprocess;

import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.engine.Status;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.memorypool.InvocationLimits;
import dev.mayfly.memorypool.InvocationSlot;
import java.util.Arrays;

/**
 * The same call without what a host does around it: slot and function table are taken once, nothing is counted or recorded. Gives both back when
 * closed.
 */
public final class EngineOnlyCall implements Workload {
    private static final String ID = "00000000000000000000000000";

    private final FunctionTable table;
    private final InvocationSlot slot;
    private final InvocationLimits limits;
    private final byte[] request;
    private final byte[] response;

    /** Takes a slot and a reference to the function's table. */
    public EngineOnlyCall(InProcessHost host, String name, int bytes) {
        FunctionTable table = InProcessHost.route(host.invoker(), name)
                .table()
                .acquire(host.invoker().deadlineNs());
        InvocationSlot slot = host.invoker().slots().tryAcquire();
        if (table == null || slot == null) {
            throw new IllegalStateException(name + " can't run: " + (table == null ? "it is gone" : "no slot is left"));
        }
        this.table = table;
        this.slot = slot;
        this.limits = InProcessHost.route(host.invoker(), name).limits().invocation();
        this.request = new byte[bytes];
        Arrays.fill(request, (byte) 'x');
        this.response = new byte[bytes];
    }

    @Override
    public void call() {
        slot.prepare(limits);
        EchoCall.writeRequest(slot, "/", ID, request);
        int status = slot.frame().begin(table.prelinked());
        while (status == Status.YIELD) {
            status = slot.frame().resume();
        }
        if (status != Status.DONE) {
            throw new IllegalStateException(
                    "status=" + status + " " + slot.frame().message());
        }
        EchoCall.readResponse(slot, response);
    }

    @Override
    public void close() {
        slot.release();
        table.release();
    }
}

package dev.mayfly.benchmarks.inprocess;

import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;

/** A call of the engine's test guest {@code traps} that ends in {@code unreachable}. */
public final class TrapCall implements Workload {
    private static final byte[] NO_BODY = {};

    private final Invoker invoker;
    private final String name;

    public TrapCall(Invoker invoker, String name) {
        this.invoker = invoker;
        this.name = name;
    }

    @Override
    public void call() {
        try (Invocation invocation =
                invoker.open(InProcessHost.route(invoker, name), invoker.ids().next())) {
            if (invocation.refusal() != null) {
                throw new IllegalStateException(name + " can't run: " + invocation.refusal());
            }
            EchoCall.writeRequest(invocation.slot(), "/u", invocation.id(), NO_BODY);
            Outcome outcome = invocation.run(Cancellation.NEVER, invoker.deadlineNs());
            if (outcome != Outcome.TRAP) {
                throw new IllegalStateException(name + " should trap: " + outcome);
            }
        }
    }
}

package dev.mayfly.host.invoke;

import dev.mayfly.host.catalog.DeployedFunction;
import dev.mayfly.hostinterfaces.FunctionContext;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.Admission;
import java.util.Map;

/**
 * Where calls of a name go, and what is known of the function at run time.
 *
 * <p>Immutable, but for the counts in it. A new deployment makes a new route that keeps the old one's metrics, log and admission.
 *
 * <p>Ownership: a route holds its component's place in the linker cache; {@link #close} it once calls no longer find it. Calls that have found
 * it before either hold a function table, and end in peace, or get none and look up the name again.
 */
public final class Route implements AutoCloseable {
    private final DeployedFunction function;
    private final TableHandle table;
    private final FunctionContext context;
    private final boolean handlesEvents;
    private final FunctionMetrics metrics;
    private final FunctionLog log;
    private final Admission admission;

    private Route(
            DeployedFunction function,
            TableHandle table,
            Map<String, Grant> grants,
            FunctionMetrics metrics,
            FunctionLog log,
            Admission admission) {
        this.function = function;
        this.table = table;
        this.context = new FunctionContext(function.name(), function.settings().config(), grants);
        this.handlesEvents =
                function.exports().stream().anyMatch(export -> export.startsWith("mayfly:function/event-handler@"));
        this.metrics = metrics;
        this.log = log;
        this.admission = admission;
    }

    /**
     * A route to a function whose name was not in use.
     *
     * @param grants of the function's bindings, by the names it has for them
     */
    public static Route of(
            DeployedFunction function, TableHandle table, Map<String, Grant> grants, int concurrencyMax) {
        return new Route(
                function, table, grants, new FunctionMetrics(), new FunctionLog(), new Admission(concurrencyMax));
    }

    /**
     * A route to what replaces this one's function.
     *
     * @param grants of the successor's bindings, which may be others than this one's
     */
    public Route to(DeployedFunction successor, TableHandle table, Map<String, Grant> grants) {
        return new Route(successor, table, grants, metrics, log, admission);
    }

    public String name() {
        return function.name();
    }

    public DeployedFunction function() {
        return function;
    }

    /** Whether it implements the world {@code event}. */
    public boolean handlesEvents() {
        return handlesEvents;
    }

    /** What gives calls their function table. */
    public TableHandle table() {
        return table;
    }

    /** What operations know of the function. */
    public FunctionContext context() {
        return context;
    }

    public FunctionMetrics metrics() {
        return metrics;
    }

    public FunctionLog log() {
        return log;
    }

    /** Bounds how many invocations of this name run at once. */
    public Admission admission() {
        return admission;
    }

    @Override
    public void close() {
        table.close();
    }
}

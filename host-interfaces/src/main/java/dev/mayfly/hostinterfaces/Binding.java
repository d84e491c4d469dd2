package dev.mayfly.hostinterfaces;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Something outside of functions that the operator set up for them: its connections and credentials outlive every invocation.
 *
 * <p>Threads: any.
 */
public final class Binding {
    private final BindingKind kind;
    private final String name;
    private final Object provider;
    private final Map<Integer, OperationStats> stats = new ConcurrentHashMap<>();

    /**
     * A binding that functions can be granted.
     *
     * @param name the operator's
     * @param provider what the kind's operations work with
     */
    public Binding(BindingKind kind, String name, Object provider) {
        this.kind = kind;
        this.name = name;
        this.provider = provider;
    }

    public BindingKind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    public Object provider() {
        return provider;
    }

    /** What its operations came to, by their numbers; those that nobody called are not there. */
    public Map<Integer, OperationStats> stats() {
        return stats;
    }

    OperationStats stats(int operation) {
        OperationStats found = stats.get(operation);
        return found != null ? found : stats.computeIfAbsent(operation, any -> new OperationStats());
    }
}

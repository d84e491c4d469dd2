package dev.mayfly.hostinterfaces;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A function's right to a binding, and its share of it: one slow or greedy function must not leave its neighbours nothing.
 *
 * <p>Threads: any. One for each function and binding.
 */
public final class Grant {
    private final String bindingName;
    private final @Nullable Binding binding;
    private final int concurrencyMax;
    private final Semaphore permits;

    /**
     * A grant.
     *
     * @param concurrencyMax how many operations, and resources that hold a connection, all invocations of the function may have going at once
     */
    public Grant(Binding binding, int concurrencyMax) {
        this(binding.name(), binding, concurrencyMax);
    }

    /** A grant of what the host had when the function was deployed, and doesn't have now. */
    public static Grant unconfigured(String bindingName) {
        return new Grant(bindingName, null, 0);
    }

    private Grant(String bindingName, @Nullable Binding binding, int concurrencyMax) {
        this.bindingName = bindingName;
        this.binding = binding;
        this.concurrencyMax = concurrencyMax;
        this.permits = new Semaphore(concurrencyMax);
    }

    /** Whether the host has the binding. */
    public boolean isConfigured() {
        return binding != null;
    }

    /**
     * What was granted.
     *
     * @throws HostError {@code UNAVAILABLE} unless the host has it
     */
    public Binding binding() {
        Binding binding = this.binding;
        if (binding == null) {
            throw HostError.of(
                    HostError.Kind.UNAVAILABLE, "binding " + bindingName + " is not configured on this host");
        }
        return binding;
    }

    public int concurrencyMax() {
        return concurrencyMax;
    }

    /** How many are going right now. */
    public int inUse() {
        return concurrencyMax - permits.availablePermits();
    }

    Semaphore permits() {
        return permits;
    }
}

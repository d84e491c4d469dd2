package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.BindingKind;
import org.jspecify.annotations.Nullable;

/**
 * What needs no configuration because the host itself is behind it: {@code function:NAME} is another of its functions, {@code topic:NAME} a topic of
 * its own queue.
 *
 * <p>Threads: any.
 */
@FunctionalInterface
public interface ImplicitBindings {
    /** None at all. */
    ImplicitBindings NONE = (kind, name) -> null;

    /**
     * What is behind such a name: what the kind's operations work with, or null where there can't be any. A function need not be deployed to be
     * found, as two may want each other; calls of one that isn't there fail.
     *
     * @param kind {@code FUNCTION} or {@code TOPIC}
     */
    @Nullable
    Object find(BindingKind kind, String name);
}

package dev.mayfly.host.bindings;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.hostinterfaces.BindingKind;
import org.jspecify.annotations.Nullable;

/**
 * What needs no configuration because the host itself is behind it, all of the function's own tenant: {@code function:NAME} is another function,
 * {@code topic:NAME} a topic of the host's queue, {@code secret:NAME} a secret.
 *
 * <p>Threads: any.
 */
@FunctionalInterface
public interface ImplicitBindings {
    /** None at all. */
    ImplicitBindings NONE = (kind, tenant, name) -> null;

    /**
     * What is behind such a name: what the kind's operations work with, or null where there can't be any. A function need not be deployed to be
     * found, as two may want each other; calls of one that isn't there fail.
     *
     * @param kind {@code FUNCTION}, {@code TOPIC} or {@code SECRET}
     * @param tenant whose it is
     */
    @Nullable
    Object find(BindingKind kind, Tenant tenant, String name);
}

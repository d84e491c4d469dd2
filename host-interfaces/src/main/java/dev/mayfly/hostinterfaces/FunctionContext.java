package dev.mayfly.hostinterfaces;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf an operation is performed.
 *
 * @param name the function's
 * @param config what the operator set for it at deploy; a function that lists it gets it in this map's order
 * @param grants what it may use, by the names it has for them
 * @param limits on what one invocation asks
 */
public record FunctionContext(
        String name, Map<String, String> config, Map<String, Grant> grants, OperationLimits limits) {
    /** With {@link OperationLimits#DEFAULT}. */
    public FunctionContext(String name, Map<String, String> config, Map<String, Grant> grants) {
        this(name, config, grants, OperationLimits.DEFAULT);
    }

    public FunctionContext {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
        grants = Map.copyOf(grants);
    }

    /**
     * The grant of that name.
     *
     * @throws HostError {@code PERMISSION_DENIED} when there is none of that kind
     */
    public Grant grant(BindingKind kind, String name) {
        Grant grant = grants.get(name);
        if (grant == null || grant.binding().kind() != kind) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    "function " + this.name + " has no " + kind.label() + " binding " + name);
        }
        return grant;
    }

    /**
     * The function's name for a binding that it means by something else: an address. The first in the alphabet, where it means several.
     *
     * @param type of the binding's provider
     * @return null when it was granted none such that this host has
     */
    public <T> @Nullable String bindingWith(Class<T> type, Predicate<T> isMeant) {
        String found = null;
        for (Map.Entry<String, Grant> entry : grants.entrySet()) {
            Grant grant = entry.getValue();
            if (grant.isConfigured()
                    && type.isInstance(grant.binding().provider())
                    && isMeant.test(type.cast(grant.binding().provider()))
                    && (found == null || entry.getKey().compareTo(found) < 0)) {
                found = entry.getKey();
            }
        }
        return found;
    }
}

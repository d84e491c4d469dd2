package dev.mayfly.host.bindings;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.BindingKind;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A binding as the operator declared it, not yet opened. Holds no credential that a text of it could show.
 *
 * @param provider what is behind it: {@code memory}, {@code postgresql}, …
 * @param concurrencyMax operations that all invocations of one function may have going on it at once
 * @param tenants whose functions may use it, by name, or {@value #ALL_TENANTS}
 * @param place file and line, for messages
 * @param opening makes what the kind's operations work with; reaches no server for that
 */
public record DeclaredBinding(
        String name,
        BindingKind kind,
        String provider,
        int concurrencyMax,
        Set<String> tenants,
        String place,
        Function<ImplicitBindings, @Nullable Object> opening) {
    /** In the place of a name. */
    public static final String ALL_TENANTS = "*";

    /**
     * Opens it.
     *
     * @throws MayflyException.Invalid when a setting is wrong
     */
    public Object open(ImplicitBindings implicit) {
        try {
            Object opened = opening.apply(implicit);
            if (opened == null) {
                throw new IllegalArgumentException("this host has nothing to put behind it");
            }
            return opened;
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            throw new MayflyException.Invalid(place + ": binding " + name + ": " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "DeclaredBinding[name=" + name + ", kind=" + kind.label() + ", provider=" + provider + ", place=" + place
                + "]";
    }
}

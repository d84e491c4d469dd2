package dev.mayfly.host.bindings;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Grant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The host's bindings, by name, open for as long as the host runs.
 *
 * <p>Threads: any. Ownership: whoever opens them closes them, after the last function has ended.
 */
public final class Bindings implements AutoCloseable {
    /** What one function may have going at once on a binding without a pool of its own, unless the operator says otherwise. */
    static final int CONCURRENCY_MAX = 256;

    /** What stands between the kind and the name of an implicit binding; no configured binding has it in its name. */
    private static final char KIND_END = ':';

    private static final List<BindingKind> IMPLICIT_KINDS =
            List.of(BindingKind.FUNCTION, BindingKind.TOPIC, BindingKind.SECRET);

    private static final System.Logger LOG = System.getLogger(Bindings.class.getName());

    private final Map<String, Configured> configured;
    private final ImplicitBindings implicit;
    /** One for each name, as their statistics are. */
    private final Map<String, Binding> implicitFound = new ConcurrentHashMap<>();

    private Bindings(Map<String, Configured> configured, ImplicitBindings implicit) {
        this.configured = configured;
        this.implicit = implicit;
    }

    /**
     * A binding that the operator configured.
     *
     * @param provider what is behind it: {@code memory}, {@code postgresql}, …
     * @param concurrencyMax operations that one function may have going at once
     * @param tenants whose functions may use it; {@value DeclaredBinding#ALL_TENANTS} = everybody's
     */
    public record Configured(Binding binding, String provider, int concurrencyMax, Set<String> tenants) {
        public boolean isFor(Tenant tenant) {
            return tenants.contains(tenant.name()) || tenants.contains(DeclaredBinding.ALL_TENANTS);
        }
    }

    /**
     * Opens what was declared, in that order. A server behind one need not be there.
     *
     * @throws dev.mayfly.engine.MayflyException.Invalid when a setting is wrong; what was open is closed then
     */
    public static Bindings open(List<DeclaredBinding> declared, ImplicitBindings implicit) {
        TrafficLog.silence();
        Map<String, Configured> opened = new LinkedHashMap<>();
        Bindings bindings = new Bindings(opened, implicit);
        try {
            for (DeclaredBinding binding : declared) {
                opened.put(
                        binding.name(),
                        new Configured(
                                new Binding(binding.kind(), binding.name(), binding.open(implicit)),
                                binding.provider(),
                                binding.concurrencyMax(),
                                binding.tenants()));
            }
            return bindings;
        } catch (RuntimeException | Error e) {
            bindings.close();
            throw e;
        }
    }

    /** What is configured, in the order declared. */
    public List<Configured> configured() {
        return List.copyOf(configured.values());
    }

    /**
     * Whether all are there for a tenant's functions.
     *
     * @throws UnknownBindingException when one isn't
     */
    public void requireAll(Tenant tenant, Collection<String> names) {
        List<String> unknown = names.stream()
                .filter(name -> find(tenant, name) == null)
                .distinct()
                .toList();
        if (!unknown.isEmpty()) {
            throw new UnknownBindingException(unknown, configuredFor(tenant));
        }
    }

    private List<String> configuredFor(Tenant tenant) {
        return configured.values().stream()
                .filter(binding -> binding.isFor(tenant))
                .map(binding -> binding.binding().name())
                .toList();
    }

    /**
     * A function's grants.
     *
     * @param tenant whose function it is
     * @param names of bindings, by the function's own names for them. One that isn't there becomes an {@linkplain Grant#unconfigured unconfigured} grant
     * @param before what the function had: where it keeps a binding it goes on counting there, as calls of its old version still run
     */
    public Map<String, Grant> grants(Tenant tenant, Map<String, String> names, Collection<Grant> before) {
        Map<Binding, Grant> ofBinding = new HashMap<>();
        before.stream().filter(Grant::isConfigured).forEach(grant -> ofBinding.put(grant.binding(), grant));
        Map<String, Grant> grants = new HashMap<>();
        names.forEach((local, name) -> {
            Configured found = find(tenant, name);
            grants.put(
                    local,
                    found == null
                            ? Grant.unconfigured(name)
                            : ofBinding.computeIfAbsent(
                                    found.binding(), binding -> new Grant(binding, found.concurrencyMax())));
        });
        return grants;
    }

    private @Nullable Configured find(Tenant tenant, String name) {
        int end = name.indexOf(KIND_END);
        if (end < 0) {
            Configured found = configured.get(name);
            return found != null && found.isFor(tenant) ? found : null;
        }
        for (BindingKind kind : IMPLICIT_KINDS) {
            if (name.substring(0, end).equals(kind.label())) {
                Binding found = implicit(kind, tenant, name, name.substring(end + 1));
                return found == null ? null : new Configured(found, "host", CONCURRENCY_MAX, Set.of(tenant.name()));
            }
        }
        return null;
    }

    private @Nullable Binding implicit(BindingKind kind, Tenant tenant, String name, String target) {
        Object provider = implicit.find(kind, tenant, target);
        return provider == null
                ? null
                : implicitFound.computeIfAbsent(
                        tenant.fullName(name), fullName -> new Binding(kind, fullName, provider));
    }

    /** Closes them, the last opened first. */
    @Override
    public void close() {
        for (Configured closing : List.copyOf(configured.values()).reversed()) {
            if (closing.binding().provider() instanceof AutoCloseable provider) {
                try {
                    provider.close();
                } catch (Exception e) {
                    // The others are to be closed all the same.
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "binding " + closing.binding().name() + " could not be closed",
                            e);
                }
            }
        }
    }
}

package dev.mayfly.host.invoke;

import dev.mayfly.linkercache.Digest;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The routes of all functions, an immutable {@link RoutedFunction} a name: a call looks up one and never waits, and a change swaps one, whether there
 * are ten functions or 100,000.
 *
 * <p>Threads: any may read; whoever writes holds the deployments' lock.
 */
public final class Routes {
    private final ConcurrentHashMap<String, RoutedFunction> byName = new ConcurrentHashMap<>();

    /** The same ones in the order in which they are listed. */
    private final ConcurrentSkipListMap<String, RoutedFunction> ordered = new ConcurrentSkipListMap<>();

    /** Nothing is deployed. */
    public Routes() {}

    /** The route of a call that asks for nothing but a name; null = there is none. */
    public @Nullable Route find(String name) {
        RoutedFunction function = byName.get(name);
        RoutedAlias live = function == null ? null : function.live();
        return live == null ? null : live.draw();
    }

    public @Nullable RoutedFunction function(String name) {
        return byName.get(name);
    }

    /** All functions, ordered by name. Live: it shows changes. */
    public Collection<RoutedFunction> all() {
        return ordered.values();
    }

    /** The functions behind a name that a caller is to see, ordered; at most so many. */
    public List<RoutedFunction> after(String name, int countMax, Predicate<RoutedFunction> seen) {
        return ordered.tailMap(name, false).values().stream()
                .filter(seen)
                .limit(countMax)
                .toList();
    }

    public int count() {
        return byName.size();
    }

    /** The functions that subscribe to a topic, ordered by name. Looks at all of them: publishing is no hot path. */
    public List<String> subscribers(String topic) {
        return all().stream()
                .filter(function -> {
                    RoutedAlias live = function.live();
                    return live != null
                            && live.stable().version().settings().topics().contains(topic);
                })
                .map(RoutedFunction::name)
                .toList();
    }

    /** Whether some version, or a snapshot of one, is made of that component. Looks at all of them: for deployments, not for calls. */
    public boolean isDeployed(Digest component) {
        return all().stream()
                .flatMap(function -> function.versions().values().stream())
                .anyMatch(route -> route.version().component().equals(component) || route.isImage(component));
    }

    public void put(RoutedFunction function) {
        function.bound();
        byName.put(function.name(), function);
        ordered.put(function.name(), function);
    }

    public void remove(String name) {
        byName.remove(name);
        ordered.remove(name);
    }
}

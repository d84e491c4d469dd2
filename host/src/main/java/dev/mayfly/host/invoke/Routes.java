package dev.mayfly.host.invoke;

import dev.mayfly.linkercache.Digest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes of all names: one immutable snapshot, swapped as a whole, so that a call reads one field and never waits.
 *
 * <p>Threads: any may read; whoever writes holds the deployments' lock.
 */
public final class Routes {
    private volatile Map<String, Route> snapshot = Map.of();

    /** Nothing is deployed. */
    public Routes() {}

    public @Nullable Route find(String name) {
        return snapshot.get(name);
    }

    /** All routes, ordered by name. */
    public List<Route> all() {
        return snapshot.values().stream()
                .sorted(Comparator.comparing(Route::name))
                .toList();
    }

    public int count() {
        return snapshot.size();
    }

    /** The functions that subscribe to a topic, ordered by name. Looks at all of them: publishing is no hot path. */
    public List<String> subscribers(String topic) {
        return all().stream()
                .filter(route -> route.function().settings().topics().contains(topic))
                .map(Route::name)
                .toList();
    }

    /** Whether some function is made of that component. Looks at all of them: for deployments, not for calls. */
    public boolean isDeployed(Digest component) {
        return snapshot.values().stream()
                .anyMatch(route -> route.function().component().equals(component));
    }

    /** Replaces everything: at start. */
    public void replaceAll(Collection<Route> routes) {
        change(next -> {
            next.clear();
            routes.forEach(route -> next.put(route.name(), route));
        });
    }

    public void put(Route route) {
        change(next -> next.put(route.name(), route));
    }

    public void remove(String name) {
        change(next -> next.remove(name));
    }

    private void change(Consumer<Map<String, Route>> change) {
        Map<String, Route> next = new HashMap<>(snapshot);
        change.accept(next);
        snapshot = Map.copyOf(next);
    }
}

package dev.mayfly.hostinterfaces;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function has open on the host's side (transactions, cursors), by the numbers that its handles carry.
 *
 * <p>Threads: the invocation's own.
 */
public final class ResourceTable implements AutoCloseable {
    /** How many an invocation may have open at once. */
    public static final int COUNT_MAX = 256;

    private static final System.Logger LOG = System.getLogger(ResourceTable.class.getName());

    private final List<@Nullable AutoCloseable> resources = new ArrayList<>();
    private int count;

    /** Nothing is open. */
    public ResourceTable() {}

    /**
     * Takes a resource over: it is closed with its handle, or with the invocation.
     *
     * @return its number
     * @throws HostError when there are too many; the resource is closed then
     */
    public int add(AutoCloseable resource) {
        if (count == COUNT_MAX) {
            close(resource);
            throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "resource-count-max=" + COUNT_MAX);
        }
        count++;
        int free = resources.indexOf(null);
        if (free >= 0) {
            resources.set(free, resource);
            return free;
        }
        resources.add(resource);
        return resources.size() - 1;
    }

    /** The resource of that number. */
    public <T> T get(int number, Class<T> type) {
        T resource = find(number, type);
        if (resource == null) {
            throw new IllegalStateException("no " + type.getSimpleName() + " has the number " + number);
        }
        return resource;
    }

    /** The same; null when there is none: it was closed. */
    public <T> @Nullable T find(int number, Class<T> type) {
        AutoCloseable resource = number >= 0 && number < resources.size() ? resources.get(number) : null;
        return type.isInstance(resource) ? type.cast(resource) : null;
    }

    /** How many of a kind are open. */
    public int count(Class<?> type) {
        int found = 0;
        for (AutoCloseable resource : resources) {
            found += type.isInstance(resource) ? 1 : 0;
        }
        return found;
    }

    /** Takes the resource of that number out: the function gave it away, and whoever has it now closes it. */
    public <T> T take(int number, Class<T> type) {
        T resource = get(number, type);
        resources.set(number, null);
        count--;
        return resource;
    }

    /** Closes the resource of that number: its handle was dropped. */
    public void drop(int number) {
        close(take(number, AutoCloseable.class));
    }

    /** Closes all that are left, the last opened first. */
    @Override
    public void close() {
        for (AutoCloseable resource : resources.reversed()) {
            if (resource != null) {
                close(resource);
            }
        }
        resources.clear();
        count = 0;
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // The function is past caring, and the others must be closed all the same.
            LOG.log(System.Logger.Level.WARNING, "a function's resource could not be closed", e);
        }
    }
}

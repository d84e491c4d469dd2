package dev.mayfly.host.http;

import io.helidon.common.mapper.MapperManager;

/**
 * What turns a header's text into a number for the web server. Left alone, it searches its service registry for that with each request that has a
 * {@code Content-Length} (4.4.0), which takes longer than all the rest of an invoked echo.
 */
public final class HeaderMappers {
    static {
        settle();
    }

    private HeaderMappers() {}

    /** Found once for all web servers of this JVM. To be called before the first one starts. */
    public static void find() {
        // The class's initializer does it, once.
    }

    @SuppressWarnings("removal") // the web server asks this one, and no other
    private static void settle() {
        MapperManager.global(MapperManager.create());
    }
}

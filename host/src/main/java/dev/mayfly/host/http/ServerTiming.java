package dev.mayfly.host.http;

import dev.mayfly.host.invoke.Invocation;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.RoutingResponse;
import java.util.Locale;

/** Tells a client that may know and asks for it, by {@code Mayfly-Timing: 1}, what its call took: {@code Server-Timing}, which browsers draw. */
final class ServerTiming {
    static final HeaderName WANTED = HeaderNames.create("Mayfly-Timing");
    static final HeaderName SERVER_TIMING = HeaderNames.create("Server-Timing");

    private ServerTiming() {}

    /** Whether the client asks for it. */
    static boolean isWanted(ServerRequestHeaders headers) {
        return headers.contains(WANTED) && headers.get(WANTED).get().equals("1");
    }

    /** Tells of an invocation that ran, before the response is sent. */
    static void add(Invocation invocation, RoutingResponse response) {
        response.header(HeaderValues.create(
                SERVER_TIMING,
                "queue;dur=" + ms(invocation.queuedNs()) + ", run;dur=" + ms(invocation.runNs()) + ", cpu;dur="
                        + ms(invocation.cpuNs()) + ", start;dur=" + ms(invocation.instanceStartNs())));
    }

    private static String ms(long ns) {
        return String.format(Locale.ROOT, "%.3f", ns / 1e6);
    }
}

package dev.mayfly.host.http;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.CallTotals;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * {@code GET /v1/activity}: what the calls of all functions that the caller sees came to since the host started, those with the most time of the processor first. Whoever wants
 * to know what goes on now asks twice, as {@code mayfly top} does.
 */
final class ActivityService implements Handler {
    /** More than anybody looks at. */
    private static final int SHOWN_MAX = 1_000;

    private final Routes routes;

    ActivityService(Routes routes) {
        this.routes = routes;
    }

    private record Active(RoutedFunction function, long cpuNs) {}

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Caller caller = Caller.of(request);
        List<Active> active = routes.all().stream()
                .filter(function -> caller.sees(function.name()))
                .filter(function -> function.metrics().isCalled())
                .map(function -> new Active(function, function.metrics().cpuNs()))
                .sorted(Comparator.comparingLong(Active::cpuNs).reversed())
                .limit(SHOWN_MAX)
                .toList();
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeNumberField("nowNs", System.nanoTime());
            json.writeArrayFieldStart("functions");
            for (Active one : active) {
                CallTotals totals = one.function.metrics().totals();
                json.writeStartObject();
                json.writeStringField("function", Tenant.shortName(one.function.name()));
                json.writeNumberField("calls", totals.count());
                json.writeNumberField("responses", totals.count(Outcome.RESPONSE));
                json.writeNumberField("running", one.function.admission().inUse());
                json.writeNumberField("waiting", one.function.admission().waiting());
                json.writeNumberField("cpuNs", totals.cpuNs());
                Histogram latencyNs = totals.latencyNs();
                json.writeNumberField("p50Ns", latencyNs.getValueAtPercentile(50));
                json.writeNumberField("p99Ns", latencyNs.getValueAtPercentile(99));
                json.writeNumberField("memoryBytesMax", totals.memoryBytesMax());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}

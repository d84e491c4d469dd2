package dev.mayfly.host.http;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.Receipt;
import dev.mayfly.host.invoke.RecentCalls;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/**
 * The API that tells what functions' calls took.
 *
 * <pre>
 *   GET /v1/functions/{name}/calls                  receipts of the last ones, the newest first
 *   GET /v1/functions/{name}/calls?order=slowest    of the last minutes' slowest ones
 * </pre>
 */
final class CallsService implements Handler {
    private final Routes routes;

    CallsService(Routes routes) {
        this.routes = routes;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String name = Caller.functionName(request);
        RoutedFunction function = routes.function(name);
        if (function == null) {
            Problem.of(ProblemType.NOT_FOUND, "no function is called " + Tenant.shortName(name))
                    .send(response);
            return;
        }
        String order = request.query().first("order").orElse("newest");
        if (!order.equals("newest") && !order.equals("slowest")) {
            Problem.of(ProblemType.INVALID_REQUEST, "the parameter order is newest or slowest")
                    .send(response);
            return;
        }
        RecentCalls recent = function.metrics().recent();
        List<Receipt> receipts =
                recent == null ? List.of() : order.equals("newest") ? recent.newest() : recent.slowest();
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("calls");
            for (Receipt receipt : receipts) {
                json.writeStartObject();
                ReceiptJson.write(json, receipt);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}

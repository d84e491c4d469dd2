package dev.mayfly.host.http;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.EventQueue.DeadLetter;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/**
 * The API that manages functions' events.
 *
 * <pre>
 *   GET    /v1/functions/{name}/events                  how many wait, and the newest of those that were given up
 *   POST   /v1/functions/{name}/events/{id}/retry       puts one that was given up back as if it were new
 *   DELETE /v1/functions/{name}/events/{id}             forgets one that was given up
 * </pre>
 */
final class EventsService {
    private static final int DEAD_LETTERS_SHOWN_MAX = 100;

    private final EventQueue queue;
    private final Routes routes;

    EventsService(EventQueue queue, Routes routes) {
        this.queue = queue;
        this.routes = routes;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.SHOW_EVENTS, this::show)
                .on(AdminOperation.RETRY_EVENT, this::retry)
                .on(AdminOperation.DISCARD_EVENT, this::discard);
    }

    private void show(ServerRequest request, ServerResponse response) {
        String name = Caller.functionName(request);
        EventQueue.Depth depth = queue.depth(name);
        List<DeadLetter> dead = queue.deadLetters(name, DEAD_LETTERS_SHOWN_MAX);
        // Events outlive their function: it may be deployed again.
        if (routes.function(name) == null && depth.equals(new EventQueue.Depth(0, 0, 0))) {
            Problem.of(ProblemType.NOT_FOUND, "no function is called " + Tenant.shortName(name))
                    .send(response);
            return;
        }
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeNumberField("waiting", depth.waiting());
            json.writeNumberField("running", depth.leased());
            json.writeNumberField("dead", depth.dead());
            json.writeArrayFieldStart("deadLetters");
            for (DeadLetter letter : dead) {
                Delivery event = letter.event();
                json.writeStartObject();
                json.writeStringField("id", event.id());
                json.writeStringField("kind", event.kind());
                json.writeStringField("source", event.source());
                json.writeNumberField("attempts", event.attempt());
                json.writeStringField("createdAt", event.createdAt().toString());
                json.writeStringField("diedAt", letter.diedAt().toString());
                json.writeStringField("error", letter.lastError());
                json.writeNumberField("payloadBytes", event.payload().length);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void retry(ServerRequest request, ServerResponse response) {
        settle(response, id(request), isOfFunction(request) && queue.retry(id(request)));
    }

    private void discard(ServerRequest request, ServerResponse response) {
        settle(response, id(request), isOfFunction(request) && queue.discard(id(request)));
    }

    /** The key is for the function in the path: it must not do with other functions' events. */
    private boolean isOfFunction(ServerRequest request) {
        return queue.deadLetters(Caller.functionName(request), Integer.MAX_VALUE).stream()
                .anyMatch(letter -> letter.event().id().equals(id(request)));
    }

    private static String id(ServerRequest request) {
        return request.path().pathParameters().get("id");
    }

    private static void settle(ServerResponse response, String id, boolean found) {
        if (found) {
            response.status(Status.NO_CONTENT_204).send();
        } else {
            Problem.of(ProblemType.NOT_FOUND, "no event that was given up has the id " + id)
                    .send(response);
        }
    }
}

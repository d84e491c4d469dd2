package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.warmup.WarmupReport;
import dev.mayfly.host.warmup.Warmups;
import dev.mayfly.snapshots.SnapshotRecord;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.List;

/**
 * The API of functions' snapshots.
 *
 * <pre>
 *   GET    /v1/functions/{name}/warmup    what became of each version's warm-up, and why there is no snapshot
 *   POST   /v1/functions/{name}/warmup    builds those of the versions that an alias points to, in the background
 *   DELETE /v1/functions/{name}/warmup    throws all of them away
 * </pre>
 */
final class WarmupsService {
    private final Warmups warmups;
    private final Routes routes;

    WarmupsService(Warmups warmups, Routes routes) {
        this.warmups = warmups;
        this.routes = routes;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.SHOW_WARMUP, this::show)
                .on(AdminOperation.BUILD_WARMUP, this::build)
                .on(AdminOperation.PURGE_WARMUP, this::purge);
    }

    private void show(ServerRequest request, ServerResponse response) {
        send(response, Caller.function(request, routes));
    }

    private void build(ServerRequest request, ServerResponse response) {
        RoutedFunction function = Caller.function(request, routes);
        warmups.build(function);
        response.status(Status.ACCEPTED_202);
        send(response, function);
    }

    private void purge(ServerRequest request, ServerResponse response) {
        warmups.purge(Caller.function(request, routes));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void send(ServerResponse response, RoutedFunction function) {
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeStringField("name", Tenant.shortName(function.name()));
            json.writeArrayFieldStart("versions");
            for (WarmupReport report : warmups.reports(function)) {
                write(json, report);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, WarmupReport report) throws IOException {
        json.writeStartObject();
        json.writeNumberField("version", report.version());
        json.writeStringField("state", report.state().label());
        json.writeStringField("when", report.warmup().when().label());
        SnapshotRecord record = report.record();
        if (record != null) {
            json.writeStringField("endedAt", record.at().toString());
            json.writeNumberField("buildMs", record.buildMs());
            if (record.image() != null) {
                json.writeStringField("image", record.image().hex());
                json.writeNumberField("imageBytes", record.imageBytes());
            }
            if (record.uniqueness() != null) {
                json.writeStringField("verdict", record.uniqueness().verdict().label());
                writeTexts(json, "findings", record.uniqueness().findings());
            }
            writeTexts(json, "causes", record.causes());
        }
        if (!report.failure().isEmpty()) {
            json.writeStringField("failure", report.failure());
        }
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}

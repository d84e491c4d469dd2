package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mayfly.host.audit.AuditLog;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/** Answers {@code GET /v1/audit?after=0}: records of the audit log, and where to read on. A tenant's keys see their tenant's. */
final class AuditService implements Handler {
    private static final JsonFactory JSON = new JsonFactory();

    private final AuditLog audit;

    AuditService(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        long after;
        try {
            after = Long.parseLong(request.query().first("after").orElse("-1"));
        } catch (NumberFormatException e) {
            Problem.of(ProblemType.INVALID_REQUEST, "the parameter after must be a number that an answer before had")
                    .send(response);
            return;
        }
        Caller caller = Caller.of(request);
        AuditLog.Page page = audit.read(after);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("records");
            for (String line : page.lines()) {
                if (caller.key().hostWide()
                        || tenant(line).equals(caller.tenant().name())) {
                    json.writeRawValue(line);
                }
            }
            json.writeEndArray();
            json.writeNumberField("next", page.next());
            json.writeEndObject();
        });
    }

    private static String tenant(String line) throws IOException {
        try (JsonParser json = JSON.createParser(line)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME
                        && json.currentName().equals("tenant")) {
                    return json.nextTextValue();
                }
            }
            return "";
        }
    }
}

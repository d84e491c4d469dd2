package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.Limits;
import dev.mayfly.host.bindings.UnknownBindingException;
import dev.mayfly.host.catalog.DeployedFunction;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.deploy.Deployer;
import dev.mayfly.host.deploy.Deployment;
import dev.mayfly.host.deploy.SettingsText;
import dev.mayfly.host.invoke.FunctionLines;
import dev.mayfly.host.invoke.FunctionLog;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.Routes;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The API that manages functions.
 *
 * <pre>
 *   GET    /v1/functions                          all of them
 *   PUT    /v1/functions/{name}?config=a%3Db      deploys the component in the body; config may come more than once,
 *                                                 and so may binding=name%3Dhosts-name and topic=name
 *   GET    /v1/functions/{name}
 *   DELETE /v1/functions/{name}
 *   GET    /v1/functions/{name}/logs?after=0      the last lines it logged
 * </pre>
 */
final class FunctionsService implements HttpService {
    static final String PATH = "/v1/functions";

    private final Deployer deployer;
    private final Routes routes;
    private final Limits limits;

    FunctionsService(Deployer deployer, Routes routes, Limits limits) {
        this.deployer = deployer;
        this.routes = routes;
        this.limits = limits;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", this::list)
                .any("/", (request, response) -> methodNotAllowed(response, "GET"))
                .put("/{name}", this::deploy)
                .get("/{name}", this::show)
                .delete("/{name}", this::remove)
                .any("/{name}", (request, response) -> methodNotAllowed(response, "GET, PUT, DELETE"))
                .get("/{name}/logs", this::logs)
                .any("/{name}/logs", (request, response) -> methodNotAllowed(response, "GET"));
    }

    private static void methodNotAllowed(ServerResponse response, String allow) {
        response.header(HeaderValues.create(HeaderNames.ALLOW, allow));
        Problem.of(ProblemType.METHOD_NOT_ALLOWED, "allowed here: " + allow).send(response);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("functions");
            for (Route route : routes.all()) {
                json.writeStartObject();
                writeFunction(json, route.function());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void show(ServerRequest request, ServerResponse response) {
        Route route = find(request, response);
        if (route != null) {
            Json.send(response, json -> {
                json.writeStartObject();
                writeFunction(json, route.function());
                json.writeEndObject();
            });
        }
    }

    private void remove(ServerRequest request, ServerResponse response) {
        String name = name(request);
        if (deployer.remove(name)) {
            response.status(Status.NO_CONTENT_204).send();
        } else {
            notFound(name).send(response);
        }
    }

    private void logs(ServerRequest request, ServerResponse response) {
        Route route = find(request, response);
        if (route == null) {
            return;
        }
        long after;
        try {
            after = Long.parseLong(request.query().first("after").orElse("0"));
        } catch (NumberFormatException e) {
            Problem.of(ProblemType.INVALID_REQUEST, "the parameter after must be a line's sequence number")
                    .send(response);
            return;
        }
        List<FunctionLog.Line> lines = route.log().after(after);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("lines");
            for (FunctionLog.Line line : lines) {
                json.writeStartObject();
                json.writeNumberField("sequence", line.sequence());
                json.writeStringField(
                        "time", Instant.ofEpochSecond(0, line.unixNs()).toString());
                json.writeStringField("level", FunctionLines.level(line.level()));
                json.writeStringField("invocation", line.invocationId());
                json.writeStringField("message", line.message());
                if (!line.fields().isEmpty()) {
                    writeMap(json, "fields", line.fields());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void deploy(ServerRequest request, ServerResponse response) throws InterruptedException {
        ClientConnection connection = ClientConnection.of(request);
        Problem problem;
        try {
            String name = FunctionName.require(name(request));
            FunctionSettings settings = SettingsText.parse(
                    request.query().all("config", List::of),
                    request.query().all("binding", List::of),
                    request.query().all("topic", List::of),
                    limits.configBytesMax());
            problem = upload(connection, name, settings, request, response);
        } catch (UnknownBindingException e) {
            problem = Problem.of(ProblemType.UNKNOWN_BINDING, String.valueOf(e.getMessage()))
                    .with("bindings", e.known());
        } catch (MayflyException.LimitExceeded e) {
            problem = Problem.of(ProblemType.INVALID_CONFIG, e.safeMessage()).withLimit(e.limit());
        } catch (MayflyException.Invalid e) {
            problem = Problem.of(
                    FunctionName.isValid(name(request)) ? ProblemType.INVALID_CONFIG : ProblemType.INVALID_NAME,
                    e.safeMessage());
        }
        if (problem != null) {
            problem.send(response);
            connection.discardBody(request);
        }
    }

    /** Returns what went wrong, or null when the response is sent. */
    private @Nullable Problem upload(
            ClientConnection connection,
            String name,
            FunctionSettings settings,
            ServerRequest request,
            ServerResponse response)
            throws InterruptedException {
        if (!request.content().hasEntity()) {
            return Problem.of(ProblemType.NOT_A_COMPONENT, "the request has no body: send the component's bytes");
        }
        if (request.headers().contentLength().orElse(0) > limits.componentBytesMax()) {
            return Problems.componentTooLarge(limits);
        }
        Deployment deployment;
        connection.waitFor(ClientConnection.Phase.UPLOAD);
        try {
            deployment = deployer.deploy(name, BodyStream.of(request), settings);
        } catch (MayflyException e) {
            return Problem.of(e);
        } catch (BodyStream.TooLarge e) {
            return Problems.componentTooLarge(limits);
        } catch (BodyStream.Malformed e) {
            Problems.malformedBody().send(response);
            throw new CloseConnectionException("nobody knows where the next request begins", e);
        } catch (CloseConnectionException | IOException e) {
            throw new CloseConnectionException("the client went away while it sent a component", e);
        } finally {
            connection.waitFor(ClientConnection.Phase.NONE);
        }
        response.status(deployment.created() ? Status.CREATED_201 : Status.OK_200);
        Json.send(response, json -> {
            json.writeStartObject();
            writeFunction(json, deployment.function());
            json.writeNumberField("compileMs", deployment.compileTime().toMillis());
            json.writeEndObject();
        });
        return null;
    }

    private static void writeFunction(JsonGenerator json, DeployedFunction function) throws IOException {
        json.writeStringField("name", function.name());
        json.writeStringField("digest", function.component().hex());
        json.writeNumberField("componentBytes", function.componentBytes());
        json.writeNumberField("artifactBytes", function.artifactBytes());
        json.writeBooleanField("componentized", function.componentized());
        writeList(json, "imports", function.imports());
        writeList(json, "exports", function.exports());
        writeMap(json, "config", function.settings().config());
        writeMap(json, "bindings", function.settings().bindings());
        writeList(json, "topics", List.copyOf(function.settings().topics()));
        json.writeStringField("createdAt", function.createdAt().toString());
        json.writeStringField("updatedAt", function.updatedAt().toString());
    }

    private static void writeMap(JsonGenerator json, String name, Map<String, String> entries) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeList(JsonGenerator json, String name, List<String> items) throws IOException {
        json.writeArrayFieldStart(name);
        for (String item : items) {
            json.writeString(item);
        }
        json.writeEndArray();
    }

    private static String name(ServerRequest request) {
        return request.path().pathParameters().get("name");
    }

    /** Returns the function's route, or null after having said that there is none. */
    private @Nullable Route find(ServerRequest request, ServerResponse response) {
        String name = name(request);
        Route route = routes.find(name);
        if (route == null) {
            notFound(name).send(response);
        }
        return route;
    }

    private static Problem notFound(String name) {
        return FunctionName.isValid(name)
                ? Problem.of(ProblemType.NOT_FOUND, "no function is called " + name)
                : Problem.of(ProblemType.INVALID_NAME, "the path's last segment is no function's name");
    }
}

package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.bindings.UnknownBindingException;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.catalog.SettingsJson;
import dev.mayfly.host.deploy.Deployer;
import dev.mayfly.host.deploy.Deployment;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.deploy.SettingsText;
import dev.mayfly.host.invoke.FunctionLines;
import dev.mayfly.host.invoke.FunctionLog;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The API that manages functions.
 *
 * <pre>
 *   GET    /v1/functions?after=name&limit=100     a page of them, by name; next is the last one's name when there are more
 *   PUT    /v1/functions/{name}?config=a%3Db      deploys the component in the body; config may come more than once,
 *                                                 and so may binding=name%3Dhosts-name, topic=name and
 *                                                 limit=memory-bytes%3D32MiB;
 *                                                 manifest has it all as {@link SettingsJson}, and
 *                                                 alias what to point to the version: live if not given, nothing if empty
 *   GET    /v1/functions/{name}
 *   DELETE /v1/functions/{name}
 *   GET    /v1/functions/{name}/logs?after=0      the last lines it logged
 * </pre>
 */
final class FunctionsService {
    /** Of functions on one page. */
    static final int PAGE_MAX = 1_000;

    private final Deployer deployer;
    private final Releases releases;
    private final Routes routes;
    private final Limits limits;
    private final String calls;

    /** @param calls where functions are called: {@code http://127.0.0.1:7373} */
    FunctionsService(Deployer deployer, Releases releases, Routes routes, Limits limits, String calls) {
        this.calls = calls;
        this.deployer = deployer;
        this.releases = releases;
        this.routes = routes;
        this.limits = limits;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.LIST_FUNCTIONS, this::list)
                .on(AdminOperation.DEPLOY_FUNCTION, this::deploy)
                .on(AdminOperation.SHOW_FUNCTION, this::show)
                .on(AdminOperation.REMOVE_FUNCTION, this::remove)
                .on(AdminOperation.READ_LOG, this::logs);
    }

    private void list(ServerRequest request, ServerResponse response) {
        int limit = limit(request);
        if (limit == 0) {
            Problem.of(ProblemType.INVALID_REQUEST, "the parameter limit must be a number from 1 to " + PAGE_MAX)
                    .send(response);
            return;
        }
        Caller caller = Caller.of(request);
        String after = caller.tenant().fullName(request.query().first("after").orElse(""));
        List<RoutedFunction> found = routes.after(after, limit + 1, function -> caller.sees(function.name()));
        List<RoutedFunction> page = found.subList(0, Math.min(limit, found.size()));
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("functions");
            for (RoutedFunction function : page) {
                json.writeStartObject();
                writeFunction(json, function);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (found.size() > limit) {
                json.writeStringField("next", Tenant.shortName(page.getLast().name()));
            }
            json.writeEndObject();
        });
    }

    /** Returns 0 when it is none. */
    private static int limit(ServerRequest request) {
        try {
            int limit = Integer.parseInt(request.query().first("limit").orElse(Integer.toString(PAGE_MAX)));
            return limit < 1 || limit > PAGE_MAX ? 0 : limit;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void show(ServerRequest request, ServerResponse response) {
        RoutedFunction function = find(request, response);
        if (function != null) {
            Json.send(response, json -> {
                json.writeStartObject();
                writeFunction(json, function);
                json.writeEndObject();
            });
        }
    }

    private void writeFunction(JsonGenerator json, RoutedFunction function) throws IOException {
        FunctionJson.writeFunction(json, function);
        json.writeStringField("url", calls + CallPath.of(function.name()));
    }

    private void remove(ServerRequest request, ServerResponse response) {
        String name = name(request);
        if (releases.remove(name)) {
            response.status(Status.NO_CONTENT_204).send();
        } else {
            notFound(name).send(response);
        }
    }

    private void logs(ServerRequest request, ServerResponse response) {
        RoutedFunction function = find(request, response);
        if (function == null) {
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
        List<FunctionLog.Line> lines = function.log().after(after);
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
                    FunctionJson.writeMap(json, "fields", line.fields());
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
            String name = FunctionName.requireFull(name(request));
            FunctionSettings settings = SettingsText.parse(
                    request.query().first("manifest").orElse(""),
                    request.query().all("config", List::of),
                    request.query().all("binding", List::of),
                    request.query().all("topic", List::of),
                    limits.configBytesMax());
            List<String> ownLimits = request.query().all("limit", List::of);
            if (!ownLimits.isEmpty()) {
                settings = settings.withLimits(FunctionLimits.parseEntries(ownLimits));
            }
            problem = upload(connection, name, settings, alias(request), request, response);
        } catch (UnknownBindingException e) {
            problem = Problem.of(ProblemType.UNKNOWN_BINDING, String.valueOf(e.getMessage()))
                    .with("bindings", e.known());
        } catch (MayflyException.LimitExceeded e) {
            problem = Problem.of(ProblemType.INVALID_CONFIG, e.safeMessage()).withLimit(e.limit());
        } catch (MayflyException.Invalid e) {
            problem = Problem.of(
                    FunctionName.isValidInFull(name(request)) ? ProblemType.INVALID_CONFIG : ProblemType.INVALID_NAME,
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
            @Nullable String alias,
            ServerRequest request,
            ServerResponse response)
            throws InterruptedException {
        if (!request.content().hasEntity()) {
            return Problem.of(ProblemType.NOT_A_COMPONENT, "the request has no body: send the component's bytes");
        }
        if (request.headers().contentLength().orElse(0) > limits.componentBytesMax()) {
            return Problems.componentTooLarge(limits);
        }
        Deployer.Deployed deployed;
        connection.waitFor(limits.componentTimeMax());
        try {
            deployed = deployer.deploy(name, BodyStream.of(request), settings, alias);
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
            connection.waitNoMore();
        }
        answer(deployed, response);
        return null;
    }

    private void answer(Deployer.Deployed deployed, ServerResponse response) {
        Deployment deployment = deployed.deployment();
        FunctionVersion replaced = deployment.replaced();
        response.status(deployment.functionCreated() ? Status.CREATED_201 : Status.OK_200);
        Json.send(response, json -> {
            json.writeStartObject();
            FunctionJson.writeFunction(json, deployment.function(), deployment.version());
            json.writeStringField(
                    "url", calls + CallPath.of(deployment.function().name()));
            json.writeBooleanField("versionCreated", deployment.versionCreated());
            if (!deployed.madeFrom().isEmpty()) {
                json.writeStringField("madeFrom", deployed.madeFrom());
            }
            json.writeNumberField("compileMs", deployed.compileTime().toMillis());
            json.writeNumberField("functionsReused", deployed.functions().reused());
            json.writeNumberField("functionsCompiled", deployed.functions().compiled());
            if (replaced != null) {
                json.writeObjectFieldStart("replaced");
                FunctionJson.writeVersion(json, replaced);
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    /** What to point to the version; null = nothing. */
    private static @Nullable String alias(ServerRequest request) {
        String alias = request.query().first("alias").orElse(Alias.LIVE);
        return alias.isEmpty() ? null : Alias.requireName(alias);
    }

    private static String name(ServerRequest request) {
        return Caller.functionName(request);
    }

    /** Returns the function, or null after having said that there is none. */
    private @Nullable RoutedFunction find(ServerRequest request, ServerResponse response) {
        String name = name(request);
        RoutedFunction function = routes.function(name);
        if (function == null) {
            notFound(name).send(response);
        }
        return function;
    }

    private static Problem notFound(String name) {
        return FunctionName.isValidInFull(name)
                ? Problem.of(ProblemType.NOT_FOUND, "no function is called " + Tenant.shortName(name))
                : Problem.of(ProblemType.INVALID_NAME, "the path's last segment is no function's name");
    }
}

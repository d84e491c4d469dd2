package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.SettingsJson;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A host's HTTP API. Every method throws {@link CommandFailure}: with the host's own words when it refuses, and with what to do when it can't be
 * reached.
 */
final class HostClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** For requests that a host answers from what it has at hand. */
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(30);

    private static final long TICK_MS = 100;

    private final URI host;
    private final @Nullable String key;
    private final @Nullable String tenant;
    private final HttpClient client;

    /**
     * A client.
     *
     * @param host the admin API's address, without a slash at the end
     * @param key to be sent with every request; null = none
     * @param tenant to act for; null = the key's own
     */
    HostClient(URI host, @Nullable String key, @Nullable String tenant) {
        this.host = host;
        this.key = key;
        this.tenant = tenant;
        // HTTP/1.1: an upgrade to HTTP/2 costs a command that sends one request more than it gains.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    URI invocationUri(String name) {
        // What selects a version stands in a path as it is.
        return URI.create(host + (tenant == null ? "" : "/t/" + encode(tenant)) + "/f/"
                + encode(name).replace("%40", "@").replace("%3A", ":"));
    }

    /**
     * Any other request to the admin API.
     *
     * @param body null = none
     * @param refused what to say has not happened when the host says no
     */
    JsonNode request(String method, String path, byte @Nullable [] body, String refused) {
        HttpRequest request = query(path)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .build();
        return json(send(request, BodyHandlers.ofByteArray(), HostClient::nothing), refused);
    }

    /** All functions, as one list however many pages the host makes of them. */
    JsonNode functions() {
        ObjectNode all = Json.object();
        ArrayNode functions = all.putArray("functions");
        String after = "";
        while (true) {
            JsonNode page = ask(query("/v1/functions?after=" + encode(after)), "the functions were not listed");
            page.path("functions").forEach(functions::add);
            if (!page.has("next")) {
                return all;
            }
            after = page.path("next").asText();
        }
    }

    JsonNode versions(String name) {
        return ask(query(functionPath(name) + "/versions"), "the versions of " + name + " were not listed");
    }

    JsonNode aliases(String name) {
        return ask(query(functionPath(name) + "/aliases"), "the aliases of " + name + " were not listed");
    }

    JsonNode alias(String name, String alias) {
        return ask(query(aliasPath(name, alias)), "alias " + alias + " was not shown");
    }

    /** Points an alias somewhere, and answers with it. */
    JsonNode putAlias(String name, String alias, JsonNode request) {
        return ask(
                query(aliasPath(name, alias)).PUT(BodyPublishers.ofString(request.toString())),
                "alias " + alias + " was not moved");
    }

    void removeAlias(String name, String alias) {
        ask(query(aliasPath(name, alias)).DELETE(), "alias " + alias + " was not removed");
    }

    /** Points an alias to what it pointed to before, and answers with it. */
    JsonNode rollBack(String name, String alias) {
        return ask(
                query(functionPath(name) + "/rollback?alias=" + encode(alias)).POST(BodyPublishers.noBody()),
                name + " was not rolled back");
    }

    private static String aliasPath(String name, String alias) {
        return functionPath(name) + "/aliases/" + encode(alias);
    }

    private JsonNode ask(HttpRequest.Builder request, String refused) {
        return json(send(request.build(), BodyHandlers.ofByteArray(), HostClient::nothing), refused);
    }

    JsonNode bindings() {
        return ask(query("/v1/bindings"), "the bindings were not listed");
    }

    JsonNode events(String name) {
        return ask(query(functionPath(name) + "/events"), "the events of " + name + " were not shown");
    }

    /** Has an event that was given up tried again. */
    void retryEvent(String name, String id) {
        HttpRequest request = query(functionPath(name) + "/events/" + encode(id) + "/retry")
                .POST(BodyPublishers.noBody())
                .build();
        json(send(request, BodyHandlers.ofByteArray(), HostClient::nothing), id + " is not tried again");
    }

    /** Forgets an event that was given up. */
    void discardEvent(String name, String id) {
        HttpRequest request =
                query(functionPath(name) + "/events/" + encode(id)).DELETE().build();
        json(send(request, BodyHandlers.ofByteArray(), HostClient::nothing), id + " is not forgotten");
    }

    JsonNode function(String name) {
        return ask(query(functionPath(name)), name + " was not shown");
    }

    /** Receipts of a function's calls; {@code order} is newest or slowest. */
    JsonNode calls(String name, String order) {
        String path = functionPath(name) + "/calls?order=" + order;
        return json(
                send(query(path).build(), BodyHandlers.ofByteArray(), HostClient::nothing),
                "the calls of " + name + " were not shown");
    }

    /** What all functions' calls came to. */
    JsonNode activity() {
        return json(
                send(query("/v1/activity").build(), BodyHandlers.ofByteArray(), HostClient::nothing),
                "the functions' activity was not shown");
    }

    /** What the function logged after line number {@code after}. */
    JsonNode logs(String name, long after) {
        String path = functionPath(name) + "/logs?after=" + after;
        return ask(query(path), "the log of " + name + " was not read");
    }

    void remove(String name) {
        json(
                send(query(functionPath(name)).DELETE().build(), BodyHandlers.ofByteArray(), HostClient::nothing),
                name + " was not removed");
    }

    /**
     * Uploads a component, waits until it is compiled, and answers with the host's description of the function.
     *
     * @param alias what to point to it; empty = nothing
     */
    JsonNode deploy(String name, Path component, FunctionSettings settings, String alias, Progress progress) {
        String query = "?alias=" + encode(alias) + "&manifest=" + encode(SettingsJson.write(settings));
        try {
            HttpRequest request = request(functionPath(name) + query)
                    .PUT(progress.counting(BodyPublishers.ofFile(component)))
                    .header("content-type", "application/wasm")
                    .build();
            return json(send(request, BodyHandlers.ofByteArray(), progress::tick), name + " was not deployed");
        } catch (FileNotFoundException missing) {
            throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + component);
        } finally {
            progress.end();
        }
    }

    /** Sends a request that was made for {@link #invocationUri}; the caller closes the answer's body. */
    HttpResponse<InputStream> invoke(HttpRequest.Builder request) {
        // Not as Authorization, which the function may have a use of its own for.
        return send(
                (key == null ? request : request.header("Mayfly-Key", key)).build(),
                BodyHandlers.ofInputStream(),
                HostClient::nothing);
    }

    private HttpRequest.Builder query(String path) {
        return request(path).timeout(QUERY_TIMEOUT);
    }

    private HttpRequest.Builder request(String path) {
        String acting = tenant == null ? "" : (path.contains("?") ? "&" : "?") + "tenant=" + encode(tenant);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(host + path + acting));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private static String functionPath(String name) {
        return "/v1/functions/" + encode(name);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler, Runnable tick) {
        tick.run();
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        while (true) {
            try {
                return answer.get(TICK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                tick.run();
            } catch (ExecutionException failed) {
                throw unanswered(failed.getCause());
            } catch (InterruptedException interrupted) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw new CommandFailure(ExitCode.FAILED, "interrupted");
            }
        }
    }

    private static void nothing() {
        // Nobody watches a request that is answered at once.
    }

    private CommandFailure unanswered(@Nullable Throwable cause) {
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "no host answers at " + host,
                    "start one with: mayfly serve",
                    "or name another with --host URL or $MAYFLY_HOST");
        }
        if (cause instanceof HttpTimeoutException) {
            return new CommandFailure(
                    ExitCode.TIMED_OUT,
                    "the host at " + host + " has not answered in time",
                    "look at its log, and at " + host + "/observe/health");
        }
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "the connection to " + host + " broke"
                        + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage()),
                "see whether the host still runs: " + host + "/observe/health");
    }

    private JsonNode json(HttpResponse<byte[]> response, String refused) {
        byte[] body = response.body();
        try {
            if (response.statusCode() < 300) {
                return Json.parse(body);
            }
            ProblemDocument problem = ProblemDocument.from(response.statusCode(), Json.parse(body));
            if (problem != null) {
                throw problem.asFailure(refused);
            }
        } catch (IOException notJson) {
            // Said below: whatever answered, it speaks another language.
        }
        throw new CommandFailure(
                ExitCode.FAILED,
                refused + ": " + host + " answered with status " + response.statusCode()
                        + ", but not as a Mayfly host does",
                "see whether --host and $MAYFLY_HOST name a Mayfly host");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

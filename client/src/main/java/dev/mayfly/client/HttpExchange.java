package dev.mayfly.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Requests to a host, and what comes back when it isn't what was asked for. Threads: any. */
final class HttpExchange implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** For requests that a host answers from what it has at hand. */
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(30);

    private static final int HTTP_OK = 200;

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
     * @param tls null = the JVM's
     */
    HttpExchange(URI host, @Nullable String key, @Nullable String tenant, @Nullable SSLContext tls) {
        this.host = host;
        this.key = key;
        this.tenant = tenant;
        // HTTP/1.1: an upgrade to HTTP/2 costs a program that sends one request more than it gains.
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    URI callUri(String name) {
        // What selects a version stands in a path as it is.
        return URI.create(host + (tenant == null ? "" : "/t/" + encode(tenant)) + "/f/"
                + encode(name).replace("%40", "@").replace("%3A", ":"));
    }

    /** A request without a body. */
    JsonNode ask(String method, String path, String undone) {
        return ask(method, path, BodyPublishers.noBody(), undone);
    }

    /** The same with a document. */
    JsonNode askWith(String method, String path, Object body, String undone) {
        return ask(
                method,
                path,
                BodyPublishers.ofString(HostJson.mapper().valueToTree(body).toString()),
                undone);
    }

    JsonNode ask(String method, String path, BodyPublisher body, String undone) {
        return json(send(request(path).timeout(QUERY_TIMEOUT).method(method, body), undone), undone);
    }

    /** A request that may take as long as the host allows. */
    JsonNode upload(String path, BodyPublisher body, String type, String undone) {
        return json(send(request(path).header("content-type", type).PUT(body), undone), undone);
    }

    /** What isn't JSON, or not only with a good status. */
    HttpResponse<byte[]> read(String path, String undone) {
        return send(request(path).timeout(QUERY_TIMEOUT), undone);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request, String undone) {
        return send(request, BodyHandlers.ofByteArray(), undone);
    }

    private HttpRequest.Builder request(String path) {
        String acting = tenant == null || path.startsWith("/observe")
                ? ""
                : (path.contains("?") ? "&" : "?") + "tenant=" + encode(tenant);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(host + path + acting));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    /** A call of a function. The key goes where the function has no use of its own for it. */
    <T> HttpResponse<T> call(HttpRequest.Builder request, BodyHandler<T> handler, String undone) {
        return send(key == null ? request : request.header("Mayfly-Key", key), handler, undone);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler, String undone) {
        try {
            return client.send(request.build(), handler);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new MayflyClientException.Unreachable(undone, "no host answers at " + host, false, e);
        } catch (HttpTimeoutException e) {
            throw new MayflyClientException.TimedOut(undone, host, e);
        } catch (IOException e) {
            throw new MayflyClientException.Unreachable(
                    undone,
                    "the connection to " + host + " broke" + (e.getMessage() == null ? "" : ": " + e.getMessage()),
                    true,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MayflyClientException.Interrupted(undone, e);
        }
    }

    /** What is no Mayfly host's answer. */
    MayflyClientException noHost(HttpResponse<byte[]> response, String undone) {
        return new MayflyClientException.NoHost(undone, host, response.statusCode());
    }

    /** The document that a response has. */
    JsonNode json(HttpResponse<byte[]> response, String undone) {
        try {
            JsonNode json = HostJson.mapper().readTree(response.body());
            if (response.statusCode() < 300) {
                return json;
            }
            Optional<Problem> problem = Problem.of(response.statusCode(), json);
            if (problem.isPresent()) {
                throw new MayflyClientException.Refused(undone, problem.get());
            }
        } catch (IOException notJson) {
            // Said below: whatever answered, it speaks another language.
        }
        throw noHost(response, undone);
    }

    /** An answer, as what it should be. */
    <T> T understand(JsonNode answer, Class<T> type) {
        try {
            return HostJson.read(answer, type);
        } catch (UncheckedIOException e) {
            throw new MayflyClientException.NoHost("the answer was not understood", host, HTTP_OK);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

package dev.mayfly.client;

import static dev.mayfly.client.HttpExchange.encode;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A host's admin API: a method for each operation of its OpenAPI document, named as the operation is.
 *
 * <pre>{@code
 * try (MayflyClient client = MayflyClient.builder(URI.create("http://127.0.0.1:7374")).key(key).build()) {
 *     Deployment deployed = client.deployFunction("hello", Path.of("hello.wasm"), DeployOptions.DEFAULTS);
 *     System.out.println(deployed.function().url());
 * }
 * }</pre>
 *
 * <p>Every method throws {@link MayflyClientException}: {@link MayflyClientException.Refused} with the host's problem document when it says no.
 *
 * <p>Threads: any.
 */
public final class MayflyClient implements AutoCloseable {
    private static final String FUNCTIONS = "/v1/functions";

    private final HttpExchange host;

    private MayflyClient(HttpExchange host) {
        this.host = host;
    }

    /**
     * Begins to make one.
     *
     * @param host the admin API's address: {@code http://127.0.0.1:7374}
     */
    public static Builder builder(URI host) {
        return new Builder(host);
    }

    /** What a client is made of. */
    public static final class Builder {
        private final URI host;
        private @Nullable String key;
        private @Nullable String tenant;
        private @Nullable SSLContext tls;

        private Builder(URI host) {
            String text = host.toString();
            this.host = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : host;
        }

        /** The key to send; the operator's is {@code admin.key} in the host's data folder. */
        public Builder key(@Nullable String value) {
            key = value;
            return this;
        }

        /** Acts for a tenant other than the key's own. */
        public Builder tenant(@Nullable String value) {
            tenant = value;
            return this;
        }

        /**
         * Trusts those who are in a PEM file, and nobody else.
         *
         * @throws IOException when the file can't be read
         * @throws IllegalArgumentException when it has no certificates
         */
        public Builder certificateAuthorities(Path pem) throws IOException {
            tls = CertificateAuthorities.read(pem);
            return this;
        }

        public MayflyClient build() {
            return new MayflyClient(new HttpExchange(host, key, tenant, tls));
        }
    }

    // Functions.

    /** All functions, however many pages the host makes of them. */
    public List<Function> listFunctions() {
        List<Function> all = new ArrayList<>();
        FunctionPage page = listFunctions("", 1_000);
        all.addAll(page.functions());
        for (String next = page.next(); next != null; next = page.next()) {
            page = listFunctions(next, 1_000);
            all.addAll(page.functions());
        }
        return all;
    }

    /**
     * A page of the functions, by name.
     *
     * @param after the name to go on behind; empty = from the beginning
     * @param limit how many at most, 1 to 1,000
     */
    public FunctionPage listFunctions(String after, int limit) {
        return host.understand(
                host.ask(
                        "GET",
                        FUNCTIONS + "?after=" + encode(after) + "&limit=" + limit,
                        "the functions were not listed"),
                FunctionPage.class);
    }

    public Function showFunction(String name) {
        return host.understand(host.ask("GET", function(name), name + " was not shown"), Function.class);
    }

    /**
     * Uploads a component from a file, piece by piece, and returns when it is compiled and deployed.
     *
     * @throws FileNotFoundException when there is no such file
     */
    public Deployment deployFunction(String name, Path component, DeployOptions options) throws FileNotFoundException {
        return deployFunction(name, BodyPublishers.ofFile(component), options);
    }

    /** The same from anywhere. */
    public Deployment deployFunction(String name, BodyPublisher component, DeployOptions options) {
        String alias = options.alias();
        String query = "?alias=" + (alias == null ? "" : encode(alias)) + "&manifest=" + encode(options.settings());
        return host.understand(
                host.upload(function(name) + query, component, "application/wasm", name + " was not deployed"),
                Deployment.class);
    }

    /** Removes a function with all its versions. Calls that are running finish. */
    public void removeFunction(String name) {
        host.ask("DELETE", function(name), name + " was not removed");
    }

    /** The last lines that a function logged behind line number {@code after}, the oldest first; 0 = all that are kept. */
    public List<LogLine> readLog(String name, long after) {
        return list(
                host.ask("GET", function(name) + "/logs?after=" + after, "the log of " + name + " was not read"),
                "lines",
                LogLine.class);
    }

    /** Which calls to list. */
    public enum CallOrder {
        /** The last ones. */
        NEWEST("newest"),
        /** The slowest of the last minutes. */
        SLOWEST("slowest");

        private final String label;

        CallOrder(String label) {
            this.label = label;
        }
    }

    /** What a function's last calls took. */
    public List<Receipt> listCalls(String name, CallOrder order) {
        return list(
                host.ask(
                        "GET",
                        function(name) + "/calls?order=" + order.label,
                        "the calls of " + name + " were not shown"),
                "calls",
                Receipt.class);
    }

    /** Makes a key that may call one function for a short time. */
    public IssuedKey createToken(String name, Duration ttl) {
        return host.understand(
                host.askWith("POST", function(name) + "/tokens", Map.of("ttlMs", ttl.toMillis()), "no token was made"),
                IssuedKey.class);
    }

    // Versions and aliases.

    /** A function's versions, the newest first. */
    public List<ListedVersion> listVersions(String name) {
        return list(
                host.ask("GET", function(name) + "/versions", "the versions of " + name + " were not listed"),
                "versions",
                ListedVersion.class);
    }

    /** Removes a version that no alias points to. */
    public void removeVersion(String name, int version) {
        host.ask(
                "DELETE",
                function(name) + "/versions/" + version,
                "version " + version + " of " + name + " was not removed");
    }

    /** A function's aliases, without their history. */
    public List<Alias> listAliases(String name) {
        return list(
                host.ask("GET", function(name) + "/aliases", "the aliases of " + name + " were not listed"),
                "aliases",
                Alias.class);
    }

    public Alias showAlias(String name, String alias) {
        return host.understand(host.ask("GET", alias(name, alias), "alias " + alias + " was not shown"), Alias.class);
    }

    /** Points an alias somewhere, at once and without a failed call. One that isn't there is made. */
    public Alias moveAlias(String name, String alias, AliasRequest request) {
        return host.understand(
                host.askWith("PUT", alias(name, alias), request, "alias " + alias + " was not moved"), Alias.class);
    }

    /** Removes an alias; its versions stay. */
    public void removeAlias(String name, String alias) {
        host.ask("DELETE", alias(name, alias), "alias " + alias + " was not removed");
    }

    /** Points an alias to what it pointed to before; a canary ends. */
    public Alias rollBack(String name, String alias) {
        return host.understand(
                host.ask("POST", function(name) + "/rollback?alias=" + encode(alias), name + " was not rolled back"),
                Alias.class);
    }

    // Snapshots.

    /** What became of the warm-up of each version that says how it is warmed up, the newest first. */
    public List<WarmupReport> showWarmup(String name) {
        return list(
                host.ask("GET", function(name) + "/warmup", "the warm-up of " + name + " was not shown"),
                "versions",
                WarmupReport.class);
    }

    /** Builds the snapshots of the versions that an alias points to, in the background. */
    public List<WarmupReport> buildWarmup(String name) {
        return list(
                host.ask("POST", function(name) + "/warmup", name + " is not warmed up"),
                "versions",
                WarmupReport.class);
    }

    /** Throws the snapshots of all versions away. */
    public void purgeWarmup(String name) {
        host.ask("DELETE", function(name) + "/warmup", "the snapshots of " + name + " were not thrown away");
    }

    // Events.

    public Events showEvents(String name) {
        return host.understand(
                host.ask("GET", function(name) + "/events", "the events of " + name + " were not shown"), Events.class);
    }

    /** Has an event that was given up tried again. */
    public void retryEvent(String name, String id) {
        host.ask("POST", function(name) + "/events/" + encode(id) + "/retry", id + " is not tried again");
    }

    /** Forgets an event that was given up. */
    public void discardEvent(String name, String id) {
        host.ask("DELETE", function(name) + "/events/" + encode(id), id + " is not forgotten");
    }

    // The host.

    public List<Binding> listBindings() {
        return list(host.ask("GET", "/v1/bindings", "the bindings were not listed"), "bindings", Binding.class);
    }

    public Activity showActivity() {
        return host.understand(
                host.ask("GET", "/v1/activity", "the functions' activity was not shown"), Activity.class);
    }

    /** The host's metrics, in Prometheus' text format. */
    public String readMetrics() {
        String undone = "the metrics were not read";
        HttpResponse<byte[]> response = host.read("/observe/metrics", undone);
        if (response.statusCode() != 200) {
            host.json(response, undone);
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** Whether the host works and is ready for calls. */
    public Health checkHealth() {
        String undone = "the host's health was not told";
        HttpResponse<byte[]> response = host.read("/observe/health", undone);
        try {
            JsonNode health = HostJson.mapper().readTree(response.body());
            if (health.has("status") && health.has("checks")) {
                return host.understand(health, Health.class);
            }
        } catch (IOException notJson) {
            // Said below.
        }
        throw host.noHost(response, undone);
    }

    /** The OpenAPI document of this API. */
    public JsonNode describeApi() {
        return host.ask("GET", "/v1/openapi.json", "the API was not described");
    }

    // Access.

    /** The tenant's keys; all keys for the operator who acts for no tenant. */
    public List<Key> listKeys() {
        return list(host.ask("GET", "/v1/keys", "the keys were not listed"), "keys", Key.class);
    }

    public IssuedKey createKey(KeyRequest request) {
        return host.understand(host.askWith("POST", "/v1/keys", request, "no key was made"), IssuedKey.class);
    }

    /** Makes a key in the place of another, which is valid for {@code overlap} more. */
    public IssuedKey rotateKey(String id, Duration overlap) {
        return host.understand(
                host.askWith(
                        "POST",
                        "/v1/keys/" + encode(id) + "/rotate",
                        Map.of("overlapMs", overlap.toMillis()),
                        id + " was not rotated"),
                IssuedKey.class);
    }

    /** Ends a key now. */
    public void revokeKey(String id) {
        host.ask("DELETE", "/v1/keys/" + encode(id), id + " was not revoked");
    }

    public List<Tenant> listTenants() {
        return list(host.ask("GET", "/v1/tenants", "the tenants were not listed"), "tenants", Tenant.class);
    }

    /** Adds a tenant; nothing happens when it is there. */
    public void addTenant(String name) {
        host.ask("PUT", "/v1/tenants/" + encode(name), name + " was not added");
    }

    /** Removes a tenant with its keys and secrets, once its functions are removed. */
    public void removeTenant(String name) {
        host.ask("DELETE", "/v1/tenants/" + encode(name), name + " was not removed");
    }

    public List<Secret> listSecrets() {
        return list(host.ask("GET", "/v1/secrets", "the secrets were not listed"), "secrets", Secret.class);
    }

    /** Sets a secret to UTF-8 text. */
    public void setSecret(String name, byte[] value) {
        host.ask("PUT", "/v1/secrets/" + encode(name), BodyPublishers.ofByteArray(value), name + " was not set");
    }

    public void removeSecret(String name) {
        host.ask("DELETE", "/v1/secrets/" + encode(name), name + " was not removed");
    }

    /** Seals all secrets and configurations of all tenants with a new key. */
    public void rotateSecretsKey() {
        host.ask("POST", "/v1/secrets-key", "the key was not rotated");
    }

    /** The end of the audit log. */
    public AuditPage readAudit() {
        return audit("");
    }

    /** The audit log from where an earlier page's {@code next} says. */
    public AuditPage readAudit(long after) {
        return audit("?after=" + after);
    }

    private AuditPage audit(String query) {
        return host.understand(host.ask("GET", "/v1/audit" + query, "the audit log was not read"), AuditPage.class);
    }

    // Calls.

    /** Where a function is called by {@link #callFunction}; {@code name} may say which version: {@code hello@next}, {@code hello:3}. */
    public URI callUri(String name) {
        return host.callUri(name);
    }

    /**
     * Calls a function. Any answer is returned, a problem document too; the caller closes its body.
     *
     * @param request to {@link #callUri} or below; the key is added to it
     */
    public HttpResponse<InputStream> callFunction(HttpRequest.Builder request) {
        return host.call(request, BodyHandlers.ofInputStream(), "the function was not called");
    }

    private static String function(String name) {
        return FUNCTIONS + "/" + encode(name);
    }

    private static String alias(String name, String alias) {
        return function(name) + "/aliases/" + encode(alias);
    }

    private <T> List<T> list(JsonNode answer, String member, Class<T> type) {
        List<T> items = new ArrayList<>();
        answer.path(member).forEach(item -> items.add(host.understand(item, type)));
        return List.copyOf(items);
    }

    @Override
    public void close() {
        host.close();
    }
}

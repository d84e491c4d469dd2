package dev.mayfly.host.http;

import java.util.Locale;

/**
 * Everything that the admin API does. {@code openapi.yaml} describes each operation, by its {@link #id}; a test holds the two together.
 */
enum AdminOperation {
    LIST_FUNCTIONS("GET", "/v1/functions"),
    SHOW_FUNCTION("GET", "/v1/functions/{name}"),
    DEPLOY_FUNCTION("PUT", "/v1/functions/{name}"),
    REMOVE_FUNCTION("DELETE", "/v1/functions/{name}"),
    READ_LOG("GET", "/v1/functions/{name}/logs"),
    LIST_CALLS("GET", "/v1/functions/{name}/calls"),
    CREATE_TOKEN("POST", "/v1/functions/{name}/tokens"),

    LIST_VERSIONS("GET", "/v1/functions/{name}/versions"),
    REMOVE_VERSION("DELETE", "/v1/functions/{name}/versions/{number}"),
    LIST_ALIASES("GET", "/v1/functions/{name}/aliases"),
    SHOW_ALIAS("GET", "/v1/functions/{name}/aliases/{alias}"),
    MOVE_ALIAS("PUT", "/v1/functions/{name}/aliases/{alias}"),
    REMOVE_ALIAS("DELETE", "/v1/functions/{name}/aliases/{alias}"),
    ROLL_BACK("POST", "/v1/functions/{name}/rollback"),

    SHOW_WARMUP("GET", "/v1/functions/{name}/warmup"),
    BUILD_WARMUP("POST", "/v1/functions/{name}/warmup"),
    PURGE_WARMUP("DELETE", "/v1/functions/{name}/warmup"),

    SHOW_EVENTS("GET", "/v1/functions/{name}/events"),
    RETRY_EVENT("POST", "/v1/functions/{name}/events/{id}/retry"),
    DISCARD_EVENT("DELETE", "/v1/functions/{name}/events/{id}"),

    LIST_BINDINGS("GET", "/v1/bindings"),
    SHOW_ACTIVITY("GET", "/v1/activity"),

    LIST_KEYS("GET", "/v1/keys"),
    CREATE_KEY("POST", "/v1/keys"),
    ROTATE_KEY("POST", "/v1/keys/{id}/rotate"),
    REVOKE_KEY("DELETE", "/v1/keys/{id}"),
    LIST_TENANTS("GET", "/v1/tenants"),
    ADD_TENANT("PUT", "/v1/tenants/{tenant}"),
    REMOVE_TENANT("DELETE", "/v1/tenants/{tenant}"),
    LIST_SECRETS("GET", "/v1/secrets"),
    SET_SECRET("PUT", "/v1/secrets/{name}"),
    REMOVE_SECRET("DELETE", "/v1/secrets/{name}"),
    ROTATE_SECRETS_KEY("POST", "/v1/secrets-key"),
    READ_AUDIT("GET", "/v1/audit"),

    DESCRIBE_API("GET", "/v1/openapi.json"),
    READ_METRICS("GET", "/observe/metrics");

    private final String method;
    private final String path;

    AdminOperation(String method, String path) {
        this.method = method;
        this.path = path;
    }

    /** {@code listFunctions} */
    String id() {
        StringBuilder id = new StringBuilder();
        for (String word : name().toLowerCase(Locale.ROOT).split("_", -1)) {
            id.append(id.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return id.toString();
    }

    String method() {
        return method;
    }

    /** With its parameters in braces. */
    String path() {
        return path;
    }
}

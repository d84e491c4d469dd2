package dev.mayfly.hostinterfaces;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What may be behind a binding. */
public enum BindingKind {
    KV(
            "mayfly:kv/kv",
            "wasi:keyvalue/store",
            "wasi:keyvalue/batch",
            "wasi:keyvalue/atomics",
            "momento:cache-scalar/cache-scalar",
            "momento:cache-list/cache-list",
            "momento:valkey/valkey",
            "momento:functions/cache-scalar",
            "momento:functions/cache-list",
            "momento:host/redis"),
    SQL("mayfly:sql/sql"),
    BLOB("mayfly:blob/blob", "momento:aws-s3/aws-s3", "momento:host/aws-s3"),
    HTTP(
            "mayfly:http/client",
            "wasi:http/outgoing-handler",
            "momento:http/http",
            "momento:aws-ddb/aws-ddb",
            "momento:host/http",
            "momento:host/aws-ddb",
            "momento:host/aws-lambda"),
    TOPIC("mayfly:pubsub/publisher", "wasi:messaging/producer", "momento:topic/topic", "momento:functions/topic"),
    FUNCTION("mayfly:functions/functions", "momento:host/spawn"),
    SECRET("mayfly:secrets/secrets", "momento:aws-secrets/aws-secrets", "momento:host/aws-secrets");

    @SuppressWarnings("ImmutableEnumChecker") // List.of is.
    private final List<String> interfaces;

    BindingKind(String... interfaces) {
        this.interfaces = List.of(interfaces);
    }

    /** The interfaces that do nothing for a function without a grant of this kind; their names without a version. */
    public List<String> interfaces() {
        return interfaces;
    }

    /**
     * What a function has to be granted to use an interface.
     *
     * @param imported its name, with a version or without
     * @return null when it needs no grant
     */
    public static @Nullable BindingKind neededFor(String imported) {
        int version = imported.indexOf('@');
        String name = version < 0 ? imported : imported.substring(0, version);
        for (BindingKind kind : values()) {
            if (kind.interfaces.contains(name)) {
                return kind;
            }
        }
        return null;
    }

    /** As configuration, messages and metrics have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

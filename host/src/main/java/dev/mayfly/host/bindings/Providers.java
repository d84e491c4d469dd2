package dev.mayfly.host.bindings;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.hostinterfaces.BindingKind;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What may be behind each kind of binding, with its settings. Sizes are written as {@code 64MiB}, times as {@code 10s}; what is followed by a
 * {@code *} has to be given, and what is a reference is {@code {env: NAME}} or {@code {file: PATH}}.
 *
 * <pre>
 *   kind    provider    settings
 *   kv      memory      bytes-max
 *           sqlite      file* bytes-max reader-count
 *           redis       host* port namespace username password(reference) tls trusted-certificates
 *   sql     sqlite      file* pool-size bytes-max
 *           postgresql  url* user* password*(reference) pool-size superuser-allowed
 *   blob    folder      folder*
 *           s3          bucket* access-key*(reference) secret-key*(reference) region endpoint path-style pool-size uploads-max
 *   http    pool        origin* pool-size connect-timeout protocol trusted-certificates headers(each a reference or a value) redirects-max
 *                       granted-redirect-origins allow-private-addresses response-body-bytes-max
 *   topic   queue       topic
 *   secret  value       value*(reference)
 * </pre>
 *
 * <p>Classes of a provider are loaded with the first binding that names it.
 */
final class Providers {
    private static final Map<BindingKind, Map<String, Reader>> ALL = new EnumMap<>(Map.of(
            BindingKind.KV,
            ordered(
                    Map.entry("memory", KeyValueProviders::memory),
                    Map.entry("sqlite", KeyValueProviders::sqlite),
                    Map.entry("redis", KeyValueProviders::redis)),
            BindingKind.SQL,
            ordered(Map.entry("sqlite", SqlProviders::sqlite), Map.entry("postgresql", SqlProviders::postgresql)),
            BindingKind.BLOB,
            ordered(Map.entry("folder", BlobProviders::folder), Map.entry("s3", BlobProviders::s3)),
            BindingKind.HTTP,
            ordered(Map.entry("pool", HttpProviders::pool)),
            BindingKind.TOPIC,
            ordered(Map.entry("queue", Providers::topic)),
            BindingKind.SECRET,
            ordered(Map.entry("value", Providers::secret))));

    private Providers() {}

    /**
     * A binding whose settings are right, ready to be opened.
     *
     * @param concurrencyMax what one function may have going at once unless the operator says otherwise
     */
    record Prepared(int concurrencyMax, Function<ImplicitBindings, @Nullable Object> opening) {
        /** One without connections that a function could take from others. */
        static Prepared of(Opening opening) {
            return new Prepared(Bindings.CONCURRENCY_MAX, any -> opening.open());
        }

        /** One with a pool, of which a function may have half: another one always finds something left. */
        static Prepared pooled(int poolSize, Opening opening) {
            return new Prepared(Math.max(1, poolSize / 2), any -> opening.open());
        }
    }

    @FunctionalInterface
    interface Opening {
        Object open();
    }

    @FunctionalInterface
    interface Reader {
        Prepared read(Settings settings);
    }

    @SafeVarargs
    private static Map<String, Reader> ordered(Map.Entry<String, Reader>... readers) {
        Map<String, Reader> ordered = new LinkedHashMap<>();
        for (Map.Entry<String, Reader> reader : readers) {
            ordered.put(reader.getKey(), reader.getValue());
        }
        return ordered;
    }

    /** The kinds that can be configured, by their names. */
    static Map<String, BindingKind> kinds() {
        Map<String, BindingKind> kinds = new LinkedHashMap<>();
        ALL.keySet().forEach(kind -> kinds.put(kind.label(), kind));
        return kinds;
    }

    /** What may be behind a kind, by its name. */
    static Map<String, Reader> of(BindingKind kind) {
        return Objects.requireNonNull(ALL.get(kind));
    }

    private static Prepared topic(Settings settings) {
        settings.requireKnown("topic");
        String topic = settings.requiredText("topic");
        return new Prepared(
                Bindings.CONCURRENCY_MAX, implicit -> implicit.find(BindingKind.TOPIC, Tenant.DEFAULT, topic));
    }

    private static Prepared secret(Settings settings) {
        settings.requireKnown("value");
        Credential credential = settings.requiredCredential("value");
        return Prepared.of(() -> new StoredSecret(credential));
    }
}

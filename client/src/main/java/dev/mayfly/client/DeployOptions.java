package dev.mayfly.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * What is said about a version when it is deployed. Immutable; {@code with…} makes another.
 *
 * @param settings as the host's document describes {@code Settings}, as JSON text
 * @param alias what to point to the version; null = nothing
 */
public record DeployOptions(String settings, @Nullable String alias) {
    /** What plain calls get. */
    public static final String LIVE = "live";

    /** No settings, and {@link #LIVE} points to the version. */
    public static final DeployOptions DEFAULTS = new DeployOptions("{}", LIVE);

    /** Everything at once; {@code json} is what the methods below add to. */
    public DeployOptions withSettings(String json) {
        return new DeployOptions(json, alias);
    }

    public DeployOptions withAlias(@Nullable String value) {
        return new DeployOptions(settings, value);
    }

    /** An entry of the configuration. */
    public DeployOptions withConfig(String name, String value) {
        return with("config", name, value);
    }

    /** What the function may use: its own name for it and the host's. */
    public DeployOptions withBinding(String name, String binding) {
        return with("bindings", name, binding);
    }

    /** A secret that it gets: its own name for it and the host's. */
    public DeployOptions withSecret(String name, String secret) {
        return with("secrets", name, secret);
    }

    /** A limit on its calls: {@code memory-bytes}, {@code 32MiB}. */
    public DeployOptions withLimit(String name, String value) {
        return with("limits", name, value);
    }

    /** A topic whose messages it is called with. */
    public DeployOptions withTopic(String topic) {
        ObjectNode root = root();
        root.withArray("topics").add(topic);
        return withSettings(root.toString());
    }

    /** Whether everybody may call it, without a key. */
    public DeployOptions withPublic(boolean value) {
        return withSettings(
                root().put("visibility", value ? "public" : "private").toString());
    }

    private DeployOptions with(String member, String name, String value) {
        ObjectNode root = root();
        root.withObject("/" + member).put(name, value);
        return withSettings(root.toString());
    }

    private ObjectNode root() {
        try {
            return HostJson.mapper().readValue(settings, ObjectNode.class);
        } catch (IOException e) {
            throw new UncheckedIOException("the settings are no JSON object", e);
        }
    }
}

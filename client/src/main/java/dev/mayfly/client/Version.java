package dev.mayfly.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version of a function: immutable.
 *
 * @param version its number, from 1 on
 * @param versionDigest of the component and the settings
 * @param digest of the component
 * @param componentBytes the component's size
 * @param artifactBytes the size of what it is compiled to
 * @param componentized whether it was uploaded as a core module
 * @param settings all of them, as the host's document describes {@code Settings}
 */
public record Version(
        int version,
        String versionDigest,
        String digest,
        long componentBytes,
        long artifactBytes,
        boolean componentized,
        List<String> imports,
        List<String> exports,
        Map<String, String> config,
        Map<String, String> bindings,
        Map<String, String> limits,
        List<String> topics,
        Map<String, String> secrets,
        String visibility,
        @Nullable JsonNode settings) {}

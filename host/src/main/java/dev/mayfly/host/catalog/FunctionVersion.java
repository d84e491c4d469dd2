package dev.mayfly.host.catalog;

import dev.mayfly.linkercache.Digest;
import java.time.Instant;
import java.util.List;

/**
 * One version of a function: a component and what was said about it when it was deployed. Never changes.
 *
 * @param function the function's name in full, see {@link FunctionName#requireFull}
 * @param number counts the versions of this function from 1; none is used again
 * @param digest of the component and the settings, see {@link #digest(Digest, String)}
 * @param component digest of the component as it was uploaded
 * @param componentBytes size of the component as it was uploaded
 * @param artifactBytes size of what it was compiled to
 * @param componentized whether the upload was a core module that was made a component
 * @param imports one line an import of the component
 * @param exports one line an export
 * @param settings what the deployment said about it
 * @param createdAt to the millisecond
 */
public record FunctionVersion(
        String function,
        int number,
        Digest digest,
        Digest component,
        long componentBytes,
        long artifactBytes,
        boolean componentized,
        List<String> imports,
        List<String> exports,
        FunctionSettings settings,
        Instant createdAt) {
    public FunctionVersion {
        FunctionName.requireFull(function);
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
    }

    /** What a version is known by: two deployments with the same one are the same version. */
    public static Digest digest(Digest component, FunctionSettings settings) {
        return digest(component, SettingsJson.write(settings));
    }

    /** The same with settings in their canonical form. */
    static Digest digest(Digest component, String canonicalSettings) {
        return Digest.of(component.hex() + "\n" + canonicalSettings);
    }
}

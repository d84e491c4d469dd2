package dev.mayfly.host.catalog;

import dev.mayfly.linkercache.Digest;
import java.time.Instant;
import java.util.List;

/**
 * One deployed function, as the catalog keeps it.
 *
 * @param name see {@link FunctionName}
 * @param component digest of the component as it was uploaded
 * @param componentBytes size of the component as it was uploaded
 * @param artifactBytes size of what it was compiled to
 * @param componentized whether the upload was a core module that was made a component
 * @param imports one line an import of the component
 * @param exports one line an export
 * @param settings what the deployment said about it
 * @param createdAt of the first deployment under this name, to the millisecond
 * @param updatedAt of this deployment, to the millisecond
 */
public record DeployedFunction(
        String name,
        Digest component,
        long componentBytes,
        long artifactBytes,
        boolean componentized,
        List<String> imports,
        List<String> exports,
        FunctionSettings settings,
        Instant createdAt,
        Instant updatedAt) {
    public DeployedFunction {
        FunctionName.require(name);
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
    }
}

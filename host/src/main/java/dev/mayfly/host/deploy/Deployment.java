package dev.mayfly.host.deploy;

import dev.mayfly.host.catalog.DeployedFunction;
import java.time.Duration;

/**
 * What a deployment came to.
 *
 * @param function as it is in the catalog now
 * @param created whether the name was free before
 * @param compileTime how long compiling took, or looking up what was compiled before
 */
public record Deployment(DeployedFunction function, boolean created, Duration compileTime) {}

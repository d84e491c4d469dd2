package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment did.
 *
 * @param function with the version that was deployed
 * @param versionCreated false when the function has had this version already
 * @param madeFrom what was done to make a component of the upload; null = nothing
 * @param compileMs how long compiling took
 * @param functionsReused compiled functions that an earlier deployment of this function had too
 * @param functionsCompiled those that were compiled now
 * @param replaced what the alias pointed to before; null = nothing
 */
public record Deployment(
        @JsonUnwrapped Function function,
        boolean versionCreated,
        @Nullable String madeFrom,
        long compileMs,
        long functionsReused,
        long functionsCompiled,
        @Nullable Version replaced) {}

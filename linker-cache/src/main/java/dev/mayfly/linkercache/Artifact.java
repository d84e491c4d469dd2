package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import java.nio.file.Path;

/**
 * A compiled component whose bytes have just been checked.
 *
 * @param key what it was made of
 * @param file where it is, on this machine, ready to be mapped; what else is behind it the engine passes over
 * @param bytes its size
 * @param digest the SHA-256 it was checked against
 * @param description what the component asks for and offers, as the compiler read it
 */
public record Artifact(ArtifactKey key, Path file, long bytes, Digest digest, ComponentDescription description) {}

package dev.mayfly.linkercache;

import dev.mayfly.engine.MayflyException;

/**
 * Names a compiled artifact by what it was made of.
 *
 * @param component the digest of the component's bytes
 * @param fingerprint {@code Engine.fingerprint()}: version, settings, target and CPU features; one line
 */
public record ArtifactKey(Digest component, String fingerprint) {
    public ArtifactKey {
        if (fingerprint.isEmpty() || fingerprint.indexOf('\n') >= 0 || fingerprint.indexOf('\r') >= 0) {
            throw new MayflyException.Invalid("an engine's fingerprint is one line of text, not: " + fingerprint);
        }
    }
}

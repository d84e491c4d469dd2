package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactManifestTest {
    private final ArtifactManifest manifest = new ArtifactManifest(
            new ArtifactKey(Digest.of("component"), StoredThings.ENGINE),
            1_234_567,
            Digest.of("artifact"),
            StoredThings.DESCRIPTION);

    @Test
    void whatIsWrittenIsRead() {
        assertEquals(Optional.of(manifest), ArtifactManifest.parse(manifest.text()));
    }

    @Test
    void aComponentThatAsksForNothingIsRead() {
        var bare = new ArtifactManifest(
                manifest.key(), 0, manifest.digest(), new ComponentDescription("", List.of(), List.of()));
        assertEquals(Optional.of(bare), ArtifactManifest.parse(bare.text()));
    }

    @Test
    void aChangeOfAnyOneCharacterIsSeen() {
        String text = manifest.text();
        for (int i = 0; i < text.length(); i++) {
            String changed = text.substring(0, i) + (char) (text.charAt(i) ^ 1) + text.substring(i + 1);
            assertEquals(Optional.empty(), ArtifactManifest.parse(changed), "changed at " + i);
        }
    }

    @Test
    void aManifestCutOffAnywhereIsSeen() {
        String text = manifest.text();
        for (int length = 0; length < text.length(); length++) {
            assertEquals(Optional.empty(), ArtifactManifest.parse(text.substring(0, length)), "cut off at " + length);
        }
        assertEquals(Optional.empty(), ArtifactManifest.parse(text + "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two\nlines", "carriage\rreturn"})
    void aFingerprintIsOneLine(String fingerprint) {
        assertThrows(
                MayflyException.Invalid.class,
                () -> new ArtifactKey(manifest.key().component(), fingerprint));
    }
}

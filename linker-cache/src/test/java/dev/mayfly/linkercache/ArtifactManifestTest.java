package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.util.Arrays;
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

    private final byte[] bytes = manifest.bytesAfterArtifact();

    private static byte[] behind(String before, byte[] bytes) {
        byte[] start = StoredThings.bytes(before);
        byte[] both = Arrays.copyOf(start, start.length + bytes.length);
        System.arraycopy(bytes, 0, both, start.length, bytes.length);
        return both;
    }

    @Test
    void whatIsWrittenIsRead() {
        assertEquals(Optional.of(manifest), ArtifactManifest.atEndOf(bytes));
        assertEquals(Optional.of(manifest), ArtifactManifest.atEndOf(behind("an artifact, end 0000000017", bytes)));
    }

    @Test
    void aComponentThatAsksForNothingIsRead() {
        var bare = new ArtifactManifest(
                manifest.key(), 0, manifest.digest(), new ComponentDescription("", List.of(), List.of()));
        assertEquals(Optional.of(bare), ArtifactManifest.atEndOf(bare.bytesAfterArtifact()));
    }

    @Test
    void aChangeOfAnyOneByteIsSeen() {
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertEquals(Optional.empty(), ArtifactManifest.atEndOf(changed), "changed at " + i);
        }
    }

    @Test
    void aManifestCutOffAnywhereIsSeen() {
        for (int length = 0; length < bytes.length; length++) {
            assertEquals(
                    Optional.empty(), ArtifactManifest.atEndOf(Arrays.copyOf(bytes, length)), "cut off at " + length);
            assertEquals(
                    Optional.empty(),
                    ArtifactManifest.atEndOf(Arrays.copyOfRange(bytes, bytes.length - length, bytes.length)),
                    "its last " + length);
        }
        assertEquals(Optional.empty(), ArtifactManifest.atEndOf(Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void aSizeThatIsNoneIsSeen() {
        String end = "end 4294967295 " + Digest.of("") + "\n";
        assertEquals(Optional.empty(), ArtifactManifest.atEndOf(StoredThings.bytes(end)));
        assertEquals(Optional.empty(), ArtifactManifest.atEndOf(StoredThings.bytes(end.replace("42949", "-0000"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two\nlines", "carriage\rreturn"})
    void aFingerprintIsOneLine(String fingerprint) {
        assertThrows(
                MayflyException.Invalid.class,
                () -> new ArtifactKey(manifest.key().component(), fingerprint));
    }
}

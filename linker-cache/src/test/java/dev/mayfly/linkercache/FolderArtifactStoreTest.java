package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.OTHER_ENGINE;
import static dev.mayfly.linkercache.StoredThings.damage;
import static dev.mayfly.linkercache.StoredThings.putArtifact;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderArtifactStoreTest extends ArtifactStoreContract {
    @TempDir
    Path folder;

    private FolderArtifactStore store;

    @BeforeEach
    void open() {
        store = FolderArtifactStore.open(folder);
    }

    @Override
    ArtifactStore store() {
        return store;
    }

    @Override
    ArtifactStore reopened() {
        return FolderArtifactStore.open(folder);
    }

    private static String message(Artifact artifact, FolderArtifactStore store) {
        var damaged = assertThrows(MayflyException.IncompatibleArtifact.class, () -> store.artifact(artifact.key()));
        return String.valueOf(damaged.getMessage());
    }

    @Test
    void anArtifactWithAnyByteDamagedIsSeenAndReplaced() throws IOException {
        Digest component = upload(store, "hello");
        Artifact artifact = putArtifact(store, component, "machine code");
        byte[] whole = Files.readAllBytes(artifact.file());
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(artifact.file(), damaged);
            assertTrue(message(artifact, store).contains("is damaged"), "damaged at " + i);
        }
        assertEquals(artifact, putArtifact(store, component, "machine code"));
        assertEquals(Optional.of(artifact), store.artifact(artifact.key()));
    }

    @Test
    void anArtifactOfAnyOtherLengthIsSeen() throws IOException {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        byte[] whole = Files.readAllBytes(artifact.file());
        for (int length = 0; length <= whole.length + 1; length += length == whole.length - 1 ? 2 : 1) {
            Files.write(artifact.file(), Arrays.copyOf(whole, length));
            assertTrue(message(artifact, store).contains("is damaged"), "length=" + length);
        }
        // Its start is gone, its manifest is whole.
        Files.write(artifact.file(), Arrays.copyOfRange(whole, 1, whole.length));
        assertTrue(message(artifact, store).contains("is damaged: its digest is"));
    }

    @Test
    void anArtifactLargerThanWhatIsReadAtOnceIsRead() throws IOException {
        String code = "machine code ".repeat(400_000);
        Artifact artifact = putArtifact(store, upload(store, "hello"), code);
        assertEquals(Optional.of(artifact), store.artifact(artifact.key()));
        assertEquals(Digest.of(code), artifact.digest());
        damage(artifact.file());
        assertTrue(message(artifact, store).contains("is damaged: its digest is"));
    }

    @Test
    void anArtifactOfAnotherEngineIsSeen() throws IOException {
        Digest component = upload(store, "hello");
        Artifact ours = putArtifact(store, component, "machine code");
        Artifact foreign = putArtifact(store, new ArtifactKey(component, OTHER_ENGINE), "other machine code");
        Files.copy(foreign.file(), ours.file(), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(message(ours, store).contains("belongs to component " + component + " and engine " + OTHER_ENGINE));
    }

    @Test
    void anArtifactOfAnotherComponentIsSeen() throws IOException {
        Artifact ours = putArtifact(store, upload(store, "hello"), "machine code");
        Digest other = upload(store, "other");
        Artifact foreign = putArtifact(store, other, "other machine code");
        Files.copy(foreign.file(), ours.file(), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(message(ours, store).contains("belongs to component " + other));
    }

    @Test
    void aDamagedArtifactIsRemoved() {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        damage(artifact.file());
        store.removeArtifact(artifact.key());
        assertEquals(Optional.empty(), store.artifact(artifact.key()));
    }

    @Test
    void aDamagedComponentIsNeverHandedOutAndReplacedByTheNextUpload() throws IOException {
        Digest component = upload(store, "hello");
        Path file = store.component(component);
        damage(file);
        assertThrows(MayflyException.Internal.class, () -> store.component(component));
        upload(store, "hello");
        assertEquals("hello", Files.readString(store.component(component)));
    }

    @Test
    void openingDeletesWhatACrashLeft() throws IOException {
        Path temporary = folder.resolve(FolderArtifactStore.TEMPORARY);
        Files.writeString(temporary.resolve("17"), "half an upload");
        Files.createDirectories(temporary.resolve("18"));
        Files.writeString(temporary.resolve("18").resolve("19"), "half of a folder's deletion");
        FolderArtifactStore.open(folder);
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whatTheCompilerOfAKilledHostStillWritesGetsIntoNothingOfTheNext() throws InterruptedException {
        List<Path> outputs = new ArrayList<>();
        for (ArtifactStore opened : List.of(store, reopened())) {
            ArtifactKey key = new ArtifactKey(upload(opened, "hello"), StoredThings.ENGINE);
            opened.putArtifact(key, output -> {
                outputs.add(output);
                return StoredThings.write(output, "machine code");
            });
        }
        assertNotEquals(outputs.getFirst(), outputs.getLast());
    }

    @Test
    void nothingStaysInTemporary() throws IOException {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        putArtifact(store, artifact.key(), "machine code");
        store.upload(10).close();
        assertThrows(
                IllegalStateException.class,
                () -> store.putArtifact(artifact.key(), output -> {
                    StoredThings.write(output, "half");
                    throw new IllegalStateException("a bug in the writer");
                }));
        store.removeComponent(artifact.key().component(), any -> false);
        try (Stream<Path> left = Files.list(folder.resolve(FolderArtifactStore.TEMPORARY))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        Path note =
                Files.writeString(folder.resolve(FolderArtifactStore.COMPONENTS).resolve("README"), "mine");
        Path other =
                Files.writeString(folder.resolve(FolderArtifactStore.ARTIFACTS).resolve("notes"), "mine");
        assertEquals(0, store.removeUnreferenced(ENGINE, any -> false));
        assertFalse(store.removeComponent(Digest.of("nothing"), any -> false));
        assertTrue(Files.exists(note));
        assertTrue(Files.exists(other));
    }

    @Test
    void aFolderThatCannotBeMadeSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        var failure =
                assertThrows(MayflyException.Internal.class, () -> FolderArtifactStore.open(file.resolve("store")));
        assertTrue(failure.toString().contains("opening the artifact store"), failure.toString());
    }
}

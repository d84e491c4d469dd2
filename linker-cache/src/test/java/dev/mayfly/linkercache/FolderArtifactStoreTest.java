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
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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

    private static Path manifestOf(Artifact artifact) {
        return artifact.file().resolveSibling(FolderArtifactStore.MANIFEST);
    }

    @Test
    void aDamagedArtifactIsSeenAndReplaced() {
        Digest component = upload(store, "hello");
        Artifact artifact = putArtifact(store, component, "machine code");
        damage(artifact.file());
        assertTrue(message(artifact, store).contains("is damaged: its digest is"));
        assertEquals(artifact, putArtifact(store, component, "machine code"));
        assertEquals(Optional.of(artifact), store.artifact(artifact.key()));
    }

    @Test
    void aTruncatedArtifactIsSeen() throws IOException {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        try (var channel = Files.newByteChannel(artifact.file(), StandardOpenOption.WRITE)) {
            channel.truncate(7);
        }
        assertTrue(message(artifact, store).contains("has bytes=7, stored were bytes=12"));
    }

    @Test
    void anArtifactOfAnotherEngineIsSeen() throws IOException {
        Digest component = upload(store, "hello");
        Artifact ours = putArtifact(store, component, "machine code");
        Artifact foreign = putArtifact(store, new ArtifactKey(component, OTHER_ENGINE), "other machine code");
        Files.copy(foreign.file(), ours.file(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(manifestOf(foreign), manifestOf(ours), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(message(ours, store).contains("belongs to component " + component + " and engine " + OTHER_ENGINE));
    }

    @Test
    void anArtifactOfAnotherComponentIsSeen() throws IOException {
        Artifact ours = putArtifact(store, upload(store, "hello"), "machine code");
        Digest other = upload(store, "other");
        Artifact foreign = putArtifact(store, other, "other machine code");
        Files.copy(foreign.file(), ours.file(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(manifestOf(foreign), manifestOf(ours), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(message(ours, store).contains("belongs to component " + other));
    }

    @Test
    void anIncompleteArtifactIsSeen() throws IOException {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        Files.delete(manifestOf(artifact));
        assertTrue(message(artifact, store).contains("is incomplete"));
        putArtifact(store, artifact.key(), "machine code");
        Files.delete(artifact.file());
        assertTrue(message(artifact, store).contains("is incomplete"));
    }

    @Test
    void aDamagedManifestIsSeen() throws IOException {
        Artifact artifact = putArtifact(store, upload(store, "hello"), "machine code");
        damage(manifestOf(artifact));
        assertTrue(message(artifact, store).contains("damaged manifest"));
        Files.write(manifestOf(artifact), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertTrue(message(artifact, store).contains("damaged manifest"));
        Files.write(manifestOf(artifact), new byte[3 << 20]);
        assertTrue(message(artifact, store).contains("damaged manifest"));
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
        Files.writeString(temporary.resolve("18").resolve(FolderArtifactStore.ARTIFACT), "half an artifact");
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

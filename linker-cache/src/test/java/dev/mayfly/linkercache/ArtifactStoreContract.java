package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.DESCRIPTION;
import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.OTHER_ENGINE;
import static dev.mayfly.linkercache.StoredThings.bytes;
import static dev.mayfly.linkercache.StoredThings.putArtifact;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link ArtifactStore} keeps to. */
abstract class ArtifactStoreContract {
    /** The store under test; empty at first. */
    abstract ArtifactStore store();

    /** The same store as a host finds it after a restart. */
    abstract ArtifactStore reopened();

    private static ArtifactKey key(Digest component) {
        return new ArtifactKey(component, ENGINE);
    }

    @Test
    void aComponentIsKnownByTheDigestOfItsBytes() throws IOException {
        Digest component = upload(store(), "hello");
        assertEquals(Digest.of("hello"), component);
        assertTrue(store().hasComponent(component));
        assertEquals("hello", Files.readString(store().component(component)));
    }

    @Test
    void anUploadTakesItsBytesInAnyPieces() throws IOException {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7);
        }
        try (ArtifactStore.Upload upload = store().upload(bytes.length)) {
            upload.write(bytes, 0, 1);
            upload.write(bytes, 1, 0);
            upload.transferFrom(new ByteArrayInputStream(bytes, 1, bytes.length - 1));
            assertEquals(bytes.length, upload.bytes());
            assertEquals(Digest.of(bytes), upload.finish());
        }
        assertArrayEquals(bytes, Files.readAllBytes(store().component(Digest.of(bytes))));
    }

    @Test
    void theSameComponentMayComeTwice() throws IOException {
        assertEquals(upload(store(), "hello"), upload(store(), "hello"));
        assertEquals("hello", Files.readString(store().component(Digest.of("hello"))));
    }

    @Test
    void anUploadThatIsNotFinishedLeavesNothing() {
        try (ArtifactStore.Upload upload = store().upload(100)) {
            upload.write(bytes("hello"), 0, 5);
        }
        assertFalse(store().hasComponent(Digest.of("hello")));
    }

    @Test
    void anUploadWhoseSenderFailsLeavesNothing() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }
        };
        try (ArtifactStore.Upload upload = store().upload(100)) {
            upload.write(bytes("hello"), 0, 5);
            assertThrows(IOException.class, () -> upload.transferFrom(broken));
        }
        assertFalse(store().hasComponent(Digest.of("hello")));
    }

    @Test
    void anUploadIsFinishedOnce() {
        try (ArtifactStore.Upload upload = store().upload(100)) {
            upload.finish();
            assertThrows(IllegalStateException.class, upload::finish);
        }
    }

    @Test
    void anUploadOverTheLimitIsRefusedByTheLimitsName() {
        try (ArtifactStore.Upload upload = store().upload(5)) {
            upload.write(bytes("hello"), 0, 5);
            var refused = assertThrows(MayflyException.LimitExceeded.class, () -> upload.write(bytes("!"), 0, 1));
            assertEquals("component-bytes-max", refused.limit());
            assertTrue(refused.safeMessage().contains("component-bytes-max"), refused.safeMessage());
        }
    }

    @Test
    void aComponentThatIsNotThereIsNotFound() {
        assertFalse(store().hasComponent(Digest.of("nothing")));
        assertThrows(MayflyException.NotFound.class, () -> store().component(Digest.of("nothing")));
    }

    @Test
    void anArtifactIsFoundUnderItsComponentAndEngine() throws IOException {
        Digest component = upload(store(), "hello");
        Artifact stored = putArtifact(store(), component, "machine code");
        Artifact found = store().artifact(key(component)).orElseThrow();
        assertEquals(stored, found);
        assertEquals("machine code", StoredThings.code(found.file()));
        assertEquals(Digest.of("machine code"), found.digest());
        assertEquals(12, found.bytes());
        assertEquals(DESCRIPTION, found.description());
        assertEquals(Optional.empty(), store().artifact(new ArtifactKey(component, OTHER_ENGINE)));
        assertEquals(Optional.empty(), store().artifact(key(Digest.of("other"))));
    }

    @Test
    void anArtifactReplacesTheOneBefore() throws IOException {
        Digest component = upload(store(), "hello");
        putArtifact(store(), component, "first");
        putArtifact(store(), component, "second, longer");
        assertEquals(
                "second, longer",
                StoredThings.code(store().artifact(key(component)).orElseThrow().file()));
    }

    @Test
    void anArtifactWhoseWriterFailsIsNotStored() {
        Digest component = upload(store(), "hello");
        var refusal = new MayflyException.Invalid("not a component");
        assertEquals(
                refusal,
                assertThrows(
                        MayflyException.Invalid.class,
                        () -> store().putArtifact(key(component), output -> {
                            StoredThings.write(output, "half of it");
                            throw refusal;
                        })));
        assertEquals(Optional.empty(), store().artifact(key(component)));
    }

    @Test
    void anInterruptedWriterStoresNothing() {
        Digest component = upload(store(), "hello");
        assertThrows(
                InterruptedException.class,
                () -> store().putArtifact(key(component), output -> {
                    throw new InterruptedException();
                }));
        assertEquals(Optional.empty(), store().artifact(key(component)));
    }

    @Test
    void whatWasStoredIsThereAfterARestart() throws IOException {
        Digest component = upload(store(), "hello");
        Artifact artifact = putArtifact(store(), component, "machine code");
        ArtifactStore reopened = reopened();
        assertEquals("hello", Files.readString(reopened.component(component)));
        assertEquals(Optional.of(artifact), reopened.artifact(key(component)));
    }

    @Test
    void aRemovedArtifactIsGoneAndItsComponentStays() {
        Digest component = upload(store(), "hello");
        putArtifact(store(), component, "machine code");
        store().removeArtifact(key(component));
        store().removeArtifact(key(component));
        assertEquals(Optional.empty(), store().artifact(key(component)));
        assertTrue(store().hasComponent(component));
    }

    @Test
    void aComponentIsRemovedWithItsArtifactsOfAllEngines() {
        Digest component = upload(store(), "hello");
        putArtifact(store(), component, "machine code");
        putArtifact(store(), new ArtifactKey(component, OTHER_ENGINE), "other machine code");
        assertTrue(store().removeComponent(component, any -> false));
        assertFalse(store().removeComponent(component, any -> false));
        assertFalse(store().hasComponent(component));
        assertEquals(Optional.empty(), store().artifact(key(component)));
        assertEquals(Optional.empty(), store().artifact(new ArtifactKey(component, OTHER_ENGINE)));
    }

    @Test
    void aComponentInUseIsNotRemoved() {
        Digest component = upload(store(), "hello");
        putArtifact(store(), component, "machine code");
        assertFalse(store().removeComponent(component, component::equals));
        assertTrue(store().hasComponent(component));
        assertTrue(store().artifact(key(component)).isPresent());
    }

    @Test
    void aComponentThatAnUploadHoldsIsNotRemoved() {
        try (ArtifactStore.Upload first = store().upload(100)) {
            Digest component = first.finish();
            try (ArtifactStore.Upload second = store().upload(100)) {
                second.finish();
            }
            // The catalog doesn't know it yet; another deployment of the same bytes has just come to its end.
            assertFalse(store().removeComponent(component, any -> false));
            assertEquals(0, store().removeUnreferenced(ENGINE, any -> false));
            assertTrue(store().hasComponent(component));
        }
        assertEquals(1, store().removeUnreferenced(ENGINE, any -> false));
    }

    @Test
    void whatIsUnreferencedIsRemoved() {
        Digest kept = upload(store(), "kept");
        Digest gone = upload(store(), "gone");
        for (Digest component : List.of(kept, gone)) {
            putArtifact(store(), component, "machine code of " + component);
            putArtifact(store(), new ArtifactKey(component, OTHER_ENGINE), "other machine code of " + component);
        }
        // One component, one artifact of this engine, two of the other.
        assertEquals(4, store().removeUnreferenced(ENGINE, Set.of(kept)::contains));
        assertTrue(store().hasComponent(kept));
        assertTrue(store().artifact(key(kept)).isPresent());
        assertFalse(store().hasComponent(gone));
        assertEquals(Optional.empty(), store().artifact(key(gone)));
        assertEquals(Optional.empty(), store().artifact(new ArtifactKey(kept, OTHER_ENGINE)));
        assertEquals(0, store().removeUnreferenced(ENGINE, Set.of(kept)::contains));
    }

    @Test
    void manyThreadsStoreAndRemoveTheSameThings() throws Exception {
        int threads = 4;
        CountDownLatch start = new CountDownLatch(1);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                ends.add(executor.submit(() -> {
                    start.await();
                    for (int round = 0; round < 25; round++) {
                        try (ArtifactStore.Upload upload = store().upload(100)) {
                            upload.write(bytes("shared"), 0, 6);
                            Digest component = upload.finish();
                            Artifact artifact = putArtifact(store(), component, "machine code");
                            // While one upload holds it, nobody can remove it, though all of them try.
                            Optional<Artifact> found = store().artifact(key(component));
                            assertEquals(artifact, found.orElse(artifact), "absent only while it is replaced");
                            assertEquals(component, Digest.of(store().component(component)));
                        }
                        store().removeComponent(Digest.of("shared"), any -> false);
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> end : ends) {
                end.get();
            }
        }
        store().removeUnreferenced(ENGINE, any -> false);
        assertFalse(store().hasComponent(Digest.of("shared")));
    }
}

package dev.mayfly.hostinterfaces.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderBlobStoreTest extends BlobStoreContract {
    @TempDir
    private Path folder;

    @Override
    BlobStore open(BlobLimits limits) {
        return FolderBlobStore.open(folder.resolve("store"), limits);
    }

    @Override
    int stored() {
        return files().size();
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noKeyIsPartOfAPath() {
        put("Secret/a", "x");
        put("x".repeat(1024), "y");

        for (Path file : files()) {
            for (Path name : folder.relativize(file)) {
                assertTrue(name.toString().matches("store|blobs|[0-9a-f]{2,200}\\.(blob|more)"), name.toString());
            }
        }
        assertEquals("y", text("x".repeat(1024)));
    }

    @Test
    void aBlobReadWhileItIsReplacedOrDeletedIsTheOldOne() throws Exception {
        put("a", "old");
        try (Body body = store.get("a", soon()).body()) {
            put("a", "new!");
            assertEquals("new!", text("a"));
            store.delete("a", soon());
            assertEquals("old", new String(body.stream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatACrashLeftHalfDoneIsDeletedWhenItIsOpened() throws Exception {
        put("a", "x");
        Files.writeString(folder.resolve("store/temporary/half"), "half");

        store = open(BlobLimits.defaults());

        assertEquals(1, stored());
        assertEquals("x", text("a"));
    }

    @Test
    void longKeysComeAndGoAtOnce() throws Exception {
        String shared = "x".repeat(250);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        for (int round = 0; round < 50; round++) {
                            put(shared + i, "x");
                            assertTrue(store.delete(shared + i, soon()));
                        }
                    }))
                    .toList();
            for (Future<?> call : calls) {
                call.get();
            }
        }
        try (Stream<Path> left = Files.list(folder.resolve("store/blobs"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aFileThatIsNoBlobIsNoneAndHarmsNoOther() throws Exception {
        put("a", "x");
        Files.writeString(folder.resolve("store/blobs/README"), "not mine");

        assertEquals(1, store.list("", null, 10, soon()).blobs().size());

        Files.writeString(folder.resolve("store/blobs/62.blob"), "damaged");
        refused(Kind.UNAVAILABLE, () -> store.get("b", soon()));
        assertEquals("x", text("a"));
    }

    @Test
    void whatIsStoredIsThereWhenItIsOpenedAgain() {
        store.put("a", Body.of(bytes("x")), TEXT, Map.of("k", "v"), soon());
        store.close();

        store = open(BlobLimits.defaults());

        assertEquals(Map.of("k", "v"), store.head("a", soon()).metadata());
        assertFalse(store.list("", null, 10, soon()).more());
    }

    @Test
    void keysLongerThanPathsMayBeAreRefusedAtOnce() {
        BlobLimits limits = new BlobLimits(2_000, 1, 1, 1);

        assertThrows(IllegalArgumentException.class, () -> open(limits));
    }
}

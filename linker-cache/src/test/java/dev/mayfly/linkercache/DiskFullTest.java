package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.putArtifact;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {
    @TempDir
    Path folder;

    /** Fails at one step as a full disk does. */
    private static final class FillingDisk extends Disk {
        private int stepsLeft = Integer.MAX_VALUE;

        private void step() throws IOException {
            if (stepsLeft-- <= 0) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        void createFolder(Path path) throws IOException {
            step();
            super.createFolder(path);
        }

        @Override
        FileChannel createFile(Path file) throws IOException {
            step();
            return super.createFile(file);
        }

        @Override
        FileChannel append(Path file) throws IOException {
            step();
            return super.append(file);
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes) throws IOException {
            step();
            super.write(file, bytes);
        }

        @Override
        void sync(FileChannel file) throws IOException {
            step();
            super.sync(file);
        }

        @Override
        void sync(Path folder) throws IOException {
            step();
            super.sync(folder);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            step();
            super.move(from, to);
        }
    }

    @Test
    void aDiskThatFillsUpAtAnyStepIsReportedAndLeavesThingsWholeOrNotThere() {
        FillingDisk disk = new FillingDisk();
        FolderArtifactStore store = FolderArtifactStore.open(folder, disk);
        ArtifactKey key = new ArtifactKey(Digest.of("hello"), ENGINE);
        int steps = 0;
        for (boolean full = true; full; steps++) {
            disk.stepsLeft = steps;
            full = failsAsFull(store);
            disk.stepsLeft = Integer.MAX_VALUE;
            if (store.hasComponent(key.component())) {
                store.component(key.component());
            }
            Optional<Artifact> artifact = store.artifact(key);
            assertEquals(
                    Digest.of("machine code"), artifact.map(Artifact::digest).orElse(Digest.of("machine code")));
            // Space is free again, and all is as if nothing had happened.
            upload(store, "hello");
            putArtifact(store, key, "machine code");
            store.removeComponent(key.component(), any -> false);
        }
        assertTrue(steps > 10, "steps=" + steps);
    }

    private static boolean failsAsFull(FolderArtifactStore store) {
        try {
            putArtifact(store, upload(store, "hello"), "machine code");
            return false;
        } catch (MayflyException.LimitExceeded e) {
            assertEquals(ArtifactStore.DISK_SPACE, e.limit());
            assertTrue(e.safeMessage().contains("disk is full"), e.safeMessage());
            return true;
        }
    }

    @Test
    void aRealDiskThatIsFullIsReportedAndLeavesNothing() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString()) == 0,
                "a file system of 2 MiB can't be mounted here: only root may");
        try {
            fill(FolderArtifactStore.open(small));
        } finally {
            assertEquals(0, run("umount", small.toString()));
        }
    }

    private static void fill(FolderArtifactStore store) throws InterruptedException {
        byte[] bytes = new byte[3 << 20];
        try (ArtifactStore.Upload upload = store.upload(bytes.length)) {
            var full = assertThrows(MayflyException.LimitExceeded.class, () -> upload.write(bytes, 0, bytes.length));
            assertEquals(ArtifactStore.DISK_SPACE, full.limit());
        }
        assertFalse(store.hasComponent(Digest.of(bytes)));
        ArtifactKey key = new ArtifactKey(upload(store, "hello"), ENGINE);
        // The compiler's process fails and says so; only the disk tells why.
        var full = assertThrows(
                MayflyException.LimitExceeded.class,
                () -> store.putArtifact(key, output -> {
                    try {
                        Files.write(output, bytes);
                        throw new AssertionError("3 MiB fit into 2");
                    } catch (IOException e) {
                        throw new MayflyException.Internal("compiling failed: kein Platz");
                    }
                }));
        assertEquals(ArtifactStore.DISK_SPACE, full.limit());
        assertEquals(Optional.empty(), store.artifact(key));
        putArtifact(store, key, "machine code");
        assertTrue(store.artifact(key).isPresent());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}

package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.OTHER_ENGINE;
import static dev.mayfly.linkercache.StoredThings.damage;
import static dev.mayfly.linkercache.StoredThings.putArtifact;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever moment the process or the machine ends at, the store afterwards has each thing whole or not at all. */
class StoreCrashTest {
    private static final String OLD = "machine code of old";
    private static final String NEW = "new machine code";

    @TempDir
    Path folder;

    @TempDir
    Path crashes;

    private final CopyingDisk disk = new CopyingDisk();
    private FolderArtifactStore store;
    private Digest component;

    @BeforeEach
    void open() {
        store = FolderArtifactStore.open(folder, disk);
        component = Digest.of("hello");
    }

    /**
     * Copies the store's folder after each of its steps, and in the middle of each write: what a crash there leaves.
     */
    private final class CopyingDisk extends Disk {
        private boolean copying;
        private final List<Path> copies = new ArrayList<>();

        void copy() throws IOException {
            if (copying) {
                Path copy = crashes.resolve(Integer.toString(copies.size()));
                copyTree(folder, copy);
                copies.add(copy);
            }
        }

        @Override
        void createFolder(Path path) throws IOException {
            super.createFolder(path);
            copy();
        }

        @Override
        FileChannel createFile(Path file) throws IOException {
            FileChannel channel = super.createFile(file);
            copy();
            return channel;
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            super.write(file, bytes.limit(bytes.position() + bytes.remaining() / 2));
            copy();
            super.write(file, bytes.limit(end));
            copy();
        }

        @Override
        void move(Path from, Path to) throws IOException {
            super.move(from, to);
            copy();
        }

        @Override
        void delete(Path tree) throws IOException {
            super.delete(tree);
            copy();
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    @FunctionalInterface
    private interface Deed {
        void doIt() throws Exception;
    }

    /** Opens every copy that {@code deed} makes, checks what is in it, and does the deed there again to its end. */
    private List<String> crashedStates(Deed deed) throws Exception {
        disk.copying = true;
        deed.doIt();
        disk.copying = false;
        List<String> states = new ArrayList<>();
        for (Path copy : disk.copies) {
            FolderArtifactStore crashed = FolderArtifactStore.open(copy);
            states.add(state(crashed));
            try (Stream<Path> left = Files.list(copy.resolve(FolderArtifactStore.TEMPORARY))) {
                assertEquals(0, left.count(), copy.toString());
            }
        }
        assertTrue(states.size() > 2, "a deed has steps");
        return states;
    }

    /** What is there, each thing with its digest compared: reading a part of one throws. */
    private String state(FolderArtifactStore crashed) {
        String components = crashed.hasComponent(component)
                ? "component " + Digest.isDigest(nameOf(crashed.component(component)))
                : "no component";
        Optional<Artifact> artifact = crashed.artifact(new ArtifactKey(component, ENGINE));
        return components + ", "
                + artifact.map(found -> found.digest().equals(Digest.of(OLD)) ? "old" : "new")
                        .orElse("none");
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Whether {@code states} goes through {@code expected} in that order, each for one or more steps. */
    private static void assertGoesThrough(List<String> states, String... expected) {
        List<String> changes = new ArrayList<>();
        for (String state : states) {
            if (changes.isEmpty() || !changes.getLast().equals(state)) {
                changes.add(state);
            }
        }
        assertEquals(List.of(expected), changes);
    }

    @Test
    void anUploadIsThereWholeOrNotAtAll() throws Exception {
        assertGoesThrough(crashedStates(() -> upload(store, "hello")), "no component, none", "component true, none");
    }

    @Test
    void anArtifactIsThereWholeOrNotAtAll() throws Exception {
        upload(store, "hello");
        assertGoesThrough(
                crashedStates(() -> store.putArtifact(new ArtifactKey(component, ENGINE), output -> {
                    var description = StoredThings.write(output, NEW.substring(0, 3));
                    copyNow();
                    StoredThings.write(output, NEW);
                    copyNow();
                    return description;
                })),
                "component true, none",
                "component true, new");
    }

    private void copyNow() {
        try {
            disk.copy();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReplacedArtifactIsTheOldOrTheNew() throws Exception {
        upload(store, "hello");
        putArtifact(store, component, OLD);
        assertGoesThrough(
                crashedStates(() -> putArtifact(store, component, NEW)), "component true, old", "component true, new");
    }

    @Test
    void aRemovedComponentIsThereOrNot() throws Exception {
        upload(store, "hello");
        putArtifact(store, component, OLD);
        assertGoesThrough(
                crashedStates(() -> store.removeComponent(component, any -> false)),
                "component true, none",
                "no component, none");
    }

    @Test
    void aSweepLeavesEachThingThereOrNot() throws Exception {
        upload(store, "hello");
        putArtifact(store, component, OLD);
        putArtifact(store, new ArtifactKey(component, OTHER_ENGINE), "of another engine");
        List<String> states = crashedStates(() -> store.removeUnreferenced(ENGINE, any -> false));
        assertEquals("no component, none", states.getLast());
    }

    @Test
    void aDamagedArtifactIsReplacedAcrossACrash() throws Exception {
        upload(store, "hello");
        damage(putArtifact(store, component, OLD).file());
        disk.copying = true;
        putArtifact(store, component, NEW);
        for (Path copy : disk.copies) {
            FolderArtifactStore crashed = FolderArtifactStore.open(copy);
            try {
                String found = state(crashed);
                assertTrue(found.endsWith("none") || found.endsWith("new"), found);
            } catch (MayflyException.IncompatibleArtifact stillDamaged) {
                // As before the deed.
            }
            putArtifact(crashed, component, NEW);
            assertEquals("component true, new", state(crashed));
        }
    }

    /** Remembers what was flushed since it was last changed. */
    private static final class FlushCheckingDisk extends Disk {
        private final Map<FileChannel, Path> files = new HashMap<>();
        private final Set<Path> flushed = new HashSet<>();
        private final Set<Path> renamedInto = new HashSet<>();
        private int moves;

        private void changed(Path path) {
            flushed.remove(path);
            flushed.remove(path.getParent());
        }

        @Override
        void createFolder(Path folder) throws IOException {
            super.createFolder(folder);
            changed(folder);
        }

        @Override
        FileChannel createFile(Path file) throws IOException {
            return changing(super.createFile(file), file);
        }

        @Override
        FileChannel append(Path file) throws IOException {
            return changing(super.append(file), file);
        }

        private FileChannel changing(FileChannel channel, Path file) {
            files.put(channel, file);
            changed(file);
            return channel;
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes) throws IOException {
            super.write(file, bytes);
            changed(pathOf(file));
        }

        @Override
        void sync(FileChannel file) throws IOException {
            super.sync(file);
            flushed.add(pathOf(file));
        }

        private Path pathOf(FileChannel file) {
            return Objects.requireNonNull(files.get(file));
        }

        @Override
        void sync(Path folder) throws IOException {
            super.sync(folder);
            flushed.add(folder);
            renamedInto.remove(folder);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            boolean intoPlace = !String.valueOf(to.getParent()).endsWith(FolderArtifactStore.TEMPORARY);
            if (intoPlace) {
                moves++;
                try (Stream<Path> paths = Files.walk(from)) {
                    paths.forEach(path -> assertTrue(flushed.contains(path), "moved before it was flushed: " + path));
                }
                renamedInto.add(to.getParent());
            }
            super.move(from, to);
        }
    }

    @Test
    void whatIsMovedIntoPlaceWasFlushedAndItsFolderIsFlushedBeforeTheCallerHearsOfIt() {
        FlushCheckingDisk checking = new FlushCheckingDisk();
        FolderArtifactStore checked = FolderArtifactStore.open(folder, checking);
        Digest uploaded = upload(checked, "hello");
        assertEquals(Set.of(), checking.renamedInto);
        putArtifact(checked, uploaded, OLD);
        assertEquals(Set.of(), checking.renamedInto);
        putArtifact(checked, uploaded, NEW);
        assertEquals(Set.of(), checking.renamedInto);
        assertEquals(3, checking.moves);
    }

    @Test
    void killedAtAnyMomentItHasAllThatWasAcknowledgedAndNothingHalf() throws Exception {
        long seed = 20_260_101;
        Random random = new Random(seed);
        for (int round = 0; round < 5; round++) {
            killAndCheck(seed + round, random.nextInt(1, 20), random.nextInt(10));
        }
    }

    private void killAndCheck(long seed, int deeds, int moreMs) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreCrashChild.class.getName(),
                        folder.toString(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<Digest> acknowledged = new HashSet<>();
        try (BufferedReader said = child.inputReader()) {
            for (int i = 0; i < deeds; i++) {
                note(said.readLine(), acknowledged);
            }
            // The point is to end it at a moment that nothing is known about.
            Thread.sleep(moreMs);
            // By its handle: what it said before stays readable.
            assertTrue(child.toHandle().destroyForcibly());
            child.waitFor();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                note(line, acknowledged);
            }
        }
        FolderArtifactStore after = FolderArtifactStore.open(folder);
        for (Digest known : acknowledged) {
            after.component(known);
            assertTrue(after.artifact(new ArtifactKey(known, ENGINE)).isPresent(), "acknowledged, seed " + seed);
        }
        for (String there : names(folder.resolve(FolderArtifactStore.COMPONENTS))) {
            // Throws if it is there in part.
            after.component(new Digest(there));
            after.artifact(new ArtifactKey(new Digest(there), ENGINE));
        }
        assertEquals(List.of(), names(folder.resolve(FolderArtifactStore.TEMPORARY)));
    }

    private static void note(@Nullable String line, Set<Digest> acknowledged) {
        String[] words =
                Objects.requireNonNull(line, "the child ended by itself").split(" ", 2);
        // The last line may be cut off.
        if (words.length == 2 && Digest.isDigest(words[1])) {
            if (words[0].equals("stored")) {
                acknowledged.add(new Digest(words[1]));
            } else {
                acknowledged.remove(new Digest(words[1]));
            }
        }
    }

    private static List<String> names(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(StoreCrashTest::nameOf).toList();
        }
    }
}

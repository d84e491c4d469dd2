package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The records of snapshots in a folder, a file each: by a version's digest, which is that of its component and its settings, and for one engine.
 *
 * <p>A record appears whole or not at all. One that is damaged, or is another engine's, is none: its snapshot is made again.
 *
 * <p>Threads: one writes.
 */
public final class SnapshotRecords {
    private static final String DRAFT = "draft";

    private final Path folder;
    private final RecordText text;

    private SnapshotRecords(Path folder, RecordText text) {
        this.folder = folder;
        this.text = text;
    }

    /**
     * Opens the records, and makes the folder if need be.
     *
     * @param fingerprint of the engine that the snapshots are for
     */
    public static SnapshotRecords open(Path folder, String fingerprint) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new MayflyException.Internal("the folder of snapshots can't be made: " + e.getMessage(), e);
        }
        return new SnapshotRecords(folder, new RecordText(fingerprint));
    }

    /** All that can be used, by the versions' digests. */
    public Map<Digest, SnapshotRecord> all() {
        Map<Digest, SnapshotRecord> records = new HashMap<>();
        try (var files = Files.newDirectoryStream(folder, file -> Digest.isDigest(nameOf(file)))) {
            for (Path file : files) {
                // A damaged byte may be no UTF-8: what it is decoded to fails the record's digest.
                SnapshotRecord record = text.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                if (record == null) {
                    Files.delete(file);
                } else {
                    records.put(new Digest(nameOf(file)), record);
                }
            }
        } catch (IOException e) {
            throw new MayflyException.Internal("the records of snapshots can't be read: " + e.getMessage(), e);
        }
        return records;
    }

    /** Writes a record, in the place of what was there. It survives a crash once this returns. */
    public void put(Digest version, SnapshotRecord record) {
        Path draft = folder.resolve(DRAFT);
        try {
            Files.writeString(draft, text.of(record));
            sync(draft);
            Files.move(draft, folder.resolve(version.hex()), StandardCopyOption.ATOMIC_MOVE);
            sync(folder);
        } catch (IOException e) {
            throw new MayflyException.Internal("a snapshot's record can't be written: " + e.getMessage(), e);
        }
    }

    /** Removes a record, if there is one. */
    public void remove(Digest version) {
        try {
            Files.deleteIfExists(folder.resolve(version.hex()));
        } catch (IOException e) {
            throw new MayflyException.Internal("a snapshot's record can't be removed: " + e.getMessage(), e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String nameOf(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString();
    }
}

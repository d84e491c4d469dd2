package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.Digest;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The records of snapshots in a folder, a file each: by a version's digest, which is that of its component and its settings, and for one engine.
 *
 * <p>A record appears whole or not at all. One that is damaged, or is another engine's, is none: its snapshot is made again.
 *
 * <p>Threads: one writes.
 */
public final class SnapshotRecords {
    private static final String DRAFT = "draft";
    private static final String CAUSE = "cause.";
    private static final String FINDING = "finding.";

    private final Path folder;
    private final String fingerprint;

    private SnapshotRecords(Path folder, String fingerprint) {
        this.folder = folder;
        this.fingerprint = fingerprint;
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
        return new SnapshotRecords(folder, fingerprint);
    }

    /** All that can be used, by the versions' digests. */
    public Map<Digest, SnapshotRecord> all() {
        Map<Digest, SnapshotRecord> records = new HashMap<>();
        try (var files = Files.newDirectoryStream(folder, file -> Digest.isDigest(nameOf(file)))) {
            for (Path file : files) {
                SnapshotRecord record = parse(Files.readString(file, StandardCharsets.ISO_8859_1));
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
            Files.writeString(draft, text(record), StandardCharsets.ISO_8859_1);
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

    private String text(SnapshotRecord record) {
        Properties lines = new Properties();
        lines.setProperty("engine", fingerprint);
        lines.setProperty("at", record.at().toString());
        lines.setProperty("build-ms", Long.toString(record.buildMs()));
        if (record.image() != null) {
            lines.setProperty("image", record.image().hex());
            lines.setProperty("image-bytes", Long.toString(record.imageBytes()));
        }
        if (record.uniqueness() != null) {
            lines.setProperty("verdict", record.uniqueness().verdict().name());
            put(lines, FINDING, record.uniqueness().findings());
        }
        put(lines, CAUSE, record.causes());
        StringWriter text = new StringWriter();
        try {
            lines.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory can't fail", e);
        }
        String body = text.toString();
        return Digest.of(body).hex() + "\n" + body;
    }

    /** Null when it is damaged, or another engine's. */
    private @Nullable SnapshotRecord parse(String text) {
        int end = text.indexOf('\n');
        if (end < 0 || !Digest.of(text.substring(end + 1)).hex().equals(text.substring(0, end))) {
            return null;
        }
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(text.substring(end + 1)));
            if (!fingerprint.equals(lines.getProperty("engine"))) {
                return null;
            }
            String image = lines.getProperty("image");
            return new SnapshotRecord(
                    image == null ? null : new Digest(image),
                    Long.parseLong(lines.getProperty("image-bytes", "0")),
                    Instant.parse(lines.getProperty("at", "")),
                    Long.parseLong(lines.getProperty("build-ms", "0")),
                    uniqueness(lines),
                    list(lines, CAUSE));
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            return null;
        }
    }

    private static void put(Properties lines, String prefix, List<String> list) {
        for (int i = 0; i < list.size(); i++) {
            lines.setProperty(prefix + i, list.get(i));
        }
    }

    private static List<String> list(Properties lines, String prefix) {
        List<String> list = new ArrayList<>();
        for (String line = lines.getProperty(prefix + 0);
                line != null;
                line = lines.getProperty(prefix + list.size())) {
            list.add(line);
        }
        return list;
    }

    private static @Nullable Uniqueness uniqueness(Properties lines) {
        String verdict = lines.getProperty("verdict");
        return verdict == null ? null : new Uniqueness(Uniqueness.Verdict.valueOf(verdict), list(lines, FINDING));
    }

    private static String nameOf(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString();
    }
}

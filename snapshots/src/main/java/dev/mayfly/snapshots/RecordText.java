package dev.mayfly.snapshots;

import dev.mayfly.linkercache.Digest;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Records as text that is read back whole and by the same engine, or not at all.
 *
 * @param fingerprint of the engine that the snapshots are for
 */
record RecordText(String fingerprint) {
    private static final String CAUSE = "cause.";
    private static final String FINDING = "finding.";

    String of(SnapshotRecord record) {
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
    @Nullable
    SnapshotRecord parse(String text) {
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
}

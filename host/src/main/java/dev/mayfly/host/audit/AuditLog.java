package dev.mayfly.host.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.PrivateFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Records as JSON, a line each, in a file that is only ever appended to; each is on disk when {@link #append} returns.
 *
 * <p>Threads: any; one appends at a time.
 */
public final class AuditLog implements AutoCloseable {
    public static final String NAME = "audit.log";

    /** What {@link #read} answers with at a time. */
    static final int PAGE_BYTES_MAX = 256 << 10;

    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final FileChannel channel;

    private AuditLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the log in a data folder; makes it, for its owner only, when it isn't there.
     *
     * @throws MayflyException.Invalid when it can't be opened
     */
    public static AuditLog open(Path folder) {
        Path file = folder.resolve(NAME);
        try {
            FileChannel channel = PrivateFile.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            AuditLog log = new AuditLog(file, channel);
            log.endLastLine();
            return log;
        } catch (IOException e) {
            throw new MayflyException.Invalid("the audit log " + file + " can't be opened: " + e);
        }
    }

    /** Who was killed while writing left part of a line: the next record begins a new one. */
    private void endLastLine() throws IOException {
        long size = channel.size();
        ByteBuffer last = ByteBuffer.allocate(1);
        if (size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n') {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}), size);
        }
    }

    /**
     * Adds a record.
     *
     * @throws MayflyException.Internal when it can't be written
     */
    public synchronized void append(AuditRecord added) {
        try {
            ByteBuffer line = ByteBuffer.wrap(line(added));
            long at = channel.size();
            while (line.hasRemaining()) {
                at += channel.write(line, at);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new MayflyException.Internal("the audit log " + file + " can't be written to: " + e, e);
        }
    }

    private static byte[] line(AuditRecord added) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("time", added.time().toString());
            json.writeStringField("key", added.keyId());
            json.writeStringField("label", added.keyLabel());
            json.writeStringField("tenant", added.tenant());
            json.writeStringField("action", added.action());
            json.writeStringField("target", added.target());
            json.writeStringField("address", added.address());
            json.writeStringField("outcome", added.outcome());
            json.writeNumberField("status", added.status());
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    /**
     * Part of the log.
     *
     * @param lines whole ones, each a JSON object
     * @param next where the part behind begins
     */
    public record Page(List<String> lines, long next) {}

    /**
     * Reads on from a position that an earlier page told, or from the start of the last page when {@code position} is negative. A position in the middle
     * of a line stands for the next line. What was written by then is there, and nothing of a line that is being written.
     */
    public Page read(long position) {
        try {
            long size = channel.size();
            long start = position < 0 ? Math.max(0, size - PAGE_BYTES_MAX) : Math.min(position, size);
            // With the byte before: it tells whether a line begins here or is cut in two, and then the next one counts.
            long from = Math.max(0, start - 1);
            byte[] bytes = new byte[(int) Math.min(size - from, PAGE_BYTES_MAX + 1)];
            int read = Math.max(0, channel.read(ByteBuffer.wrap(bytes), from));
            List<String> lines = new ArrayList<>();
            int lineStart = from == start ? 0 : end(bytes, 0, read) + 1;
            if (from < start && lineStart == 0) {
                return new Page(lines, start);
            }
            for (int end = end(bytes, lineStart, read); end >= 0; end = end(bytes, lineStart, read)) {
                lines.add(new String(bytes, lineStart, end - lineStart, StandardCharsets.UTF_8));
                lineStart = end + 1;
            }
            return new Page(lines, from + lineStart);
        } catch (IOException e) {
            throw new MayflyException.Internal("the audit log " + file + " can't be read: " + e, e);
        }
    }

    private static int end(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new MayflyException.Internal("the audit log " + file + " can't be closed", e);
        }
    }
}

package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Large values by key: what is behind a {@code blob} binding.
 *
 * <p>Threads: any. Errors: {@link HostError}: {@code NOT_FOUND} where there is no such blob, {@code INVALID} for a key or range that is none,
 * {@code UNAVAILABLE} and {@code TIMEOUT} for the store behind, {@code LIMIT_EXCEEDED} past {@link BlobLimits}.
 */
public interface BlobStore extends AutoCloseable {
    /**
     * What is known of a blob.
     *
     * @param etag changes whenever its bytes do
     * @param metadata names in lower case
     */
    record BlobInfo(
            String key,
            long bytes,
            String contentType,
            String etag,
            Instant modifiedAt,
            Map<String, String> metadata) {}

    /** A blob's bytes, to be closed by the caller, and what is known of it. {@code info().bytes()} is of the whole blob, not of the range. */
    record Content(BlobInfo info, Body body) {}

    /**
     * Some blobs, ordered by key.
     *
     * @param blobs their metadata is left out, and their content type is empty
     * @param more whether there are others behind the last one
     */
    record Page(List<BlobInfo> blobs, boolean more) {}

    /** All of a blob's bytes as they were at this moment, even if it is replaced while they are read. */
    Content get(String key, Deadline deadline);

    /**
     * A part of a blob.
     *
     * @param offset at most its length
     * @param bytes how many at most; fewer come where it ends
     */
    Content getRange(String key, long offset, long bytes, Deadline deadline);

    /** What is known of a blob, without its bytes. */
    BlobInfo head(String key, Deadline deadline);

    /**
     * Stores a blob, in place of an older one. Others see the old one until all of it is stored; when {@code body} fails or is cut short,
     * nothing has happened.
     *
     * @param body read to its end, by this thread; the caller closes it
     */
    BlobInfo put(String key, Body body, String contentType, Map<String, String> metadata, Deadline deadline);

    /** False when there was none. */
    boolean delete(String key, Deadline deadline);

    /**
     * Blobs whose key starts with {@code prefix}.
     *
     * @param after only those behind this key; null to begin
     * @param count at most so many, at least 1
     */
    Page list(String prefix, @Nullable String after, int count, Deadline deadline);

    @Override
    void close();
}

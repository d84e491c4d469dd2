package dev.mayfly.host.warmup;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.blob.BlobStore;
import dev.mayfly.snapshots.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Packed snapshots in a blob store: a folder, or what speaks S3's protocol. Others may keep what they like beside them. */
public final class BlobSnapshotStore implements SnapshotStore {
    /** Every key begins so; the number is that of what is behind it. */
    private static final String BEGINNING = "mayfly-snapshots/1/";

    private static final String CONTENT_TYPE = "application/vnd.mayfly.snapshot";
    private static final Duration ASK_TIME_MAX = Duration.ofSeconds(10);
    private static final Duration PUT_TIME_MAX = Duration.ofMinutes(5);
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);
    private static final int PAGE_COUNT = 1_000;

    private final BlobStore blobs;

    /** The blob store stays its owner's. */
    public BlobSnapshotStore(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public void put(String name, Path file) {
        ask(PUT_TIME_MAX, deadline -> {
            try (InputStream in = Files.newInputStream(file);
                    Body body = Body.of(in, Files.size(file))) {
                return blobs.put(BEGINNING + name, body, CONTENT_TYPE, Map.of(), deadline);
            } catch (IOException e) {
                throw new MayflyException.Internal("a packed snapshot can't be read: " + e.getMessage(), e);
            }
        });
    }

    @Override
    public byte @Nullable [] read(String name, long offset, int bytes) {
        try {
            return ask(ASK_TIME_MAX, deadline -> {
                try (Body body = blobs.getRange(BEGINNING + name, offset, bytes, deadline)
                        .body()) {
                    return body.read(bytes);
                } catch (IOException e) {
                    throw unavailable(String.valueOf(e.getMessage()), e);
                }
            });
        } catch (HostError e) {
            // What is cut off ends before some of its chunks begin.
            return e.kind() == Kind.NOT_FOUND ? null : new byte[0];
        }
    }

    @Override
    public void remove(String name) {
        ask(ASK_TIME_MAX, deadline -> blobs.delete(BEGINNING + name, deadline));
    }

    @Override
    public Set<String> names(String beginning) {
        Set<String> names = new HashSet<>();
        String after = null;
        while (true) {
            String last = after;
            BlobStore.Page page =
                    ask(ASK_TIME_MAX, deadline -> blobs.list(BEGINNING + beginning, last, PAGE_COUNT, deadline));
            page.blobs().forEach(blob -> names.add(blob.key().substring(BEGINNING.length())));
            if (!page.more() || page.blobs().isEmpty()) {
                return names;
            }
            after = page.blobs().getLast().key();
        }
    }

    /** Only what the store has to say about a blob is thrown as it is. */
    private static <T> T ask(Duration timeMax, Function<Deadline, T> question) {
        try {
            return question.apply(Deadline.in(timeMax));
        } catch (HostError e) {
            if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.INVALID) {
                throw e;
            }
            throw unavailable(e.text(), e);
        }
    }

    private static MayflyException.Unavailable unavailable(String why, Exception cause) {
        var error = new MayflyException.Unavailable("the snapshot store can't be used now: " + why, RETRY_AFTER);
        error.initCause(cause);
        return error;
    }
}

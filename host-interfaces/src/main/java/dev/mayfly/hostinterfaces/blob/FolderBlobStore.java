package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Blobs in a folder of the local disk, each in one {@link BlobFile}.
 *
 * <pre>
 *   blobs/&lt;key&gt;.blob                    keys in hexadecimal UTF-8: no key is a path, and names sort as keys do
 *   blobs/&lt;beginning&gt;.more/&lt;rest&gt;.blob  keys of more than 100 bytes, 100 to a folder
 *   temporary/                            not stored yet; emptied on opening
 * </pre>
 *
 * <p>A blob is written to a temporary file, flushed and renamed, and the folder it is then in is flushed: it is on disk when {@link #put} returns,
 * and a crash leaves the old or the new one, whole. Who reads goes on with the file that was opened.
 *
 * <p>One process at a time: whoever owns the folder keeps others away.
 */
public final class FolderBlobStore implements BlobStore {
    private static final System.Logger LOG = System.getLogger(FolderBlobStore.class.getName());

    /** A path of Linux has 4,096 bytes at most, and the folder's own is part of it. */
    private static final int KEY_BYTES_MAX = 1024;

    private static final int RENAME_ATTEMPTS_MAX = 100;

    private final Path blobs;
    private final Path temporary;
    private final BlobRules rules;

    private FolderBlobStore(Path folder, BlobLimits limits) {
        if (limits.keyBytesMax() > KEY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "key-bytes-max=" + limits.keyBytesMax() + ", in a folder at most " + KEY_BYTES_MAX);
        }
        this.blobs = folder.resolve("blobs");
        this.temporary = folder.resolve("temporary");
        this.rules = new BlobRules(limits);
    }

    /** Opens the store in {@code folder}, makes the folder if need be, and deletes what a crash left half done. */
    public static FolderBlobStore open(Path folder, BlobLimits limits) {
        FolderBlobStore store = new FolderBlobStore(folder.toAbsolutePath(), limits);
        try {
            Files.createDirectories(store.blobs);
            Files.createDirectories(store.temporary);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(store.temporary)) {
                for (Path file : left) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return store;
    }

    @Override
    public Content get(String key, Deadline deadline) {
        return getRange(key, 0, Long.MAX_VALUE, deadline);
    }

    @Override
    public Content getRange(String key, long offset, long bytes, Deadline deadline) {
        rules.requireKey(key);
        BlobRules.requireRange(offset, bytes);
        deadline.left();
        FileChannel file = open(key);
        try {
            BlobInfo info = BlobFile.read(file, key);
            if (offset > info.bytes()) {
                throw BlobRules.beyond(offset, info.bytes());
            }
            file.position(file.position() + offset);
            long length = Math.min(bytes, info.bytes() - offset);
            return new Content(info, Body.of(new FileInput(file, length), length));
        } catch (IOException e) {
            closeQuietly(file);
            throw unreadable(e);
        } catch (HostError e) {
            closeQuietly(file);
            throw e;
        }
    }

    @Override
    public BlobInfo head(String key, Deadline deadline) {
        rules.requireKey(key);
        deadline.left();
        try (FileChannel file = open(key)) {
            return BlobFile.read(file, key);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private FileChannel open(String key) {
        try {
            return FileChannel.open(BlobName.under(blobs, key), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw BlobRules.notFound();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public BlobInfo put(String key, Body body, String contentType, Map<String, String> metadata, Deadline deadline) {
        rules.requireKey(key);
        rules.requireDescription(contentType, metadata);
        BlobInput input = new BlobInput(body, rules.limits().blobBytesMax(), deadline);
        Path draft = temporary.resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel file = FileChannel.open(
                    draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                BlobFile.write(file, contentType, metadata, input);
                file.position(0);
                BlobInfo info = BlobFile.read(file, key);
                moveTo(BlobName.under(blobs, key), draft);
                return info;
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw HostError.of(Kind.UNAVAILABLE, "the blob could not be stored", e);
        }
    }

    private void moveTo(Path place, Path draft) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                createFolders(parent(place));
                Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
                sync(parent(place));
                return;
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                // The folder was empty for a moment, and a deletion has taken it, maybe between being found and looked
                // at.
                if (attempt == RENAME_ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            createFolders(parent(folder));
            Files.createDirectories(folder);
            sync(parent(folder));
        }
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        rules.requireKey(key);
        deadline.left();
        Path place = BlobName.under(blobs, key);
        try {
            if (!Files.deleteIfExists(place)) {
                return false;
            }
            Path folder = parent(place);
            while (!folder.equals(blobs) && deletedEmpty(folder)) {
                folder = parent(folder);
            }
            sync(folder);
            return true;
        } catch (IOException e) {
            throw HostError.of(Kind.UNAVAILABLE, "the blob could not be deleted", e);
        }
    }

    private static boolean deletedEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    @Override
    public Page list(String prefix, @Nullable String after, int count, Deadline deadline) {
        rules.requirePartOfKey(prefix);
        if (after != null) {
            rules.requirePartOfKey(after);
        }
        FolderListing listing = new FolderListing(
                BlobName.digits(prefix),
                after == null ? "" : BlobName.digits(after),
                rules.requireCount(count),
                deadline);
        try {
            listing.read(blobs, "");
        } catch (IOException e) {
            throw unreadable(e);
        }
        return listing.page();
    }

    @Override
    public void close() {
        // Every operation has closed its files, and a body in reading is its reader's.
    }

    /** Of what is below the store's folder, and so has one. */
    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            // Deleted meanwhile, with nothing in it to flush.
        }
    }

    private static HostError unreadable(IOException e) {
        return HostError.of(Kind.UNAVAILABLE, "the store can't be read", e);
    }

    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a blob's file was not closed", e);
        }
    }
}

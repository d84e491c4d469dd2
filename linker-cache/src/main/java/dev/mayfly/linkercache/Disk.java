package dev.mayfly.linkercache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Every step by which the store changes the disk, one method each: what a crash may fall between. Tests look at the
 * disk after each of them, or let one fail.
 */
class Disk {
    /**
     * Below this a failed write is put down to the disk being full, whatever the error says: its text depends on the
     * locale.
     */
    private static final long USABLE_BYTES_MIN = 1 << 20;

    void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    FileChannel createFile(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Opens a file that another process wrote, to write behind its end. */
    FileChannel append(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.APPEND);
    }

    void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    void sync(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Flushes a folder's list of entries. */
    void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Renames in one step; a file that is there is replaced, a folder that is there is an error. */
    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a file, or a folder and everything in it; nothing when there is none. */
    void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Whether {@code error} came of the disk under {@code folder} being full. Ask before anything is deleted. */
    boolean isFull(Path folder, Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null
                    && (message.contains("No space left on device") || message.contains("Disk quota exceeded"))) {
                return true;
            }
        }
        try {
            return Files.getFileStore(folder).getUsableSpace() < USABLE_BYTES_MIN;
        } catch (IOException e) {
            return false;
        }
    }
}

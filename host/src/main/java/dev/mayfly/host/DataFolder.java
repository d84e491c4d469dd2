package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.config.HostConfiguration;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which a host keeps everything, held for as long as the host runs.
 *
 * <pre>
 *   lock            held by the host; its text is the host's process id
 *   catalog.sqlite  the functions, the keys' hashes and the sealed secrets
 *   admin.key       the operator's key, for the commands to find
 *   secrets.key     what secrets and configurations are sealed with
 *   audit.log       what was done to the host
 *   store/          components and artifacts
 *   snapshots/      what warm-ups came to
 *   code-packs/     functions that were compiled, for the next compilation
 *   mayfly.yaml     settings and bindings, if the operator put it there
 * </pre>
 */
final class DataFolder implements AutoCloseable {
    private final Path folder;
    private final RandomAccessFile lockFile;
    private final FileLock lock;

    private DataFolder(Path folder, RandomAccessFile lockFile, FileLock lock) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Takes the folder; makes it when it isn't there. The system lets go of it when the process ends, however that happens.
     *
     * @throws MayflyException.Conflict when another host has it
     * @throws MayflyException.Invalid when it can't be made or written to
     */
    @SuppressWarnings("resource") // lockFile lives as long as the data folder
    static DataFolder take(Path folder) {
        try {
            Files.createDirectories(folder);
            RandomAccessFile lockFile =
                    new RandomAccessFile(folder.resolve("lock").toFile(), "rw");
            try {
                FileLock lock = tryLock(lockFile);
                if (lock == null) {
                    throw new MayflyException.Conflict(
                            "the data folder " + folder + " is in use by another host, process " + holder(lockFile)
                                    + ": stop it, or choose another data folder");
                }
                lockFile.setLength(0);
                lockFile.write((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
                return new DataFolder(folder, lockFile, lock);
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new MayflyException.Invalid("the data folder " + folder + " can't be used: " + e);
        }
    }

    private static @Nullable FileLock tryLock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            // A host in this very process.
            return null;
        }
    }

    private static String holder(RandomAccessFile file) throws IOException {
        String pid = file.readLine();
        return pid == null ? "unknown" : pid;
    }

    Path path() {
        return folder;
    }

    Path catalog() {
        return folder.resolve("catalog.sqlite");
    }

    Path events() {
        return folder.resolve("events.sqlite");
    }

    Path configFile() {
        return folder.resolve(HostConfiguration.FILE_NAME);
    }

    Path store() {
        return folder.resolve("store");
    }

    Path snapshots() {
        return folder.resolve("snapshots");
    }

    Path codePacks() {
        return folder.resolve("code-packs");
    }

    @Override
    public void close() {
        try (lockFile) {
            lock.release();
        } catch (IOException e) {
            throw new MayflyException.Internal("the data folder " + folder + " can't be let go of", e);
        }
    }
}

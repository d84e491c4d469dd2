package dev.mayfly.host.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a project's sources change.
 *
 * <p>By looking, not by the operating system's notifications: those are lost on network and container mounts, are not recursive on Linux, and
 * tell of every step of an editor's way to save a file. A file counts as changed when its contents do, so that a build that writes generated
 * sources, the same each time, doesn't start another one.
 *
 * <p>Not looked at: hidden files and folders, the folders that builds write to, and the component.
 *
 * <p>Threads: one.
 */
final class SourceWatcher {
    private static final Set<String> BUILD_FOLDERS = Set.of("target", "node_modules", "__pycache__");

    /** Larger files are told apart by size and time alone: they are test data, and reading them at each touch would take longer than a build. */
    private static final long COMPARED_BYTES_MAX = 4 << 20;

    private final Path folder;
    private Path component;
    private Map<Path, Stamp> reported;
    private Map<Path, Stamp> seen;

    /**
     * Takes what is there now as unchanged.
     *
     * @param component is built from the sources, wherever it stands
     */
    SourceWatcher(Path folder, Path component) {
        this.folder = folder;
        this.component = component;
        this.reported = look(Map.of());
        this.seen = reported;
    }

    /** From now on that file is the component. */
    void ignore(Path built) {
        component = built;
    }

    /**
     * The files that changed since this last answered with any, relative to the folder; empty while there are none, or while they are still
     * being written: they must look the same in two calls.
     */
    List<Path> changes() {
        Map<Path, Stamp> now = look(seen);
        boolean quiet = now.equals(seen);
        seen = now;
        if (!quiet || now.equals(reported)) {
            return List.of();
        }
        Map<Path, Stamp> before = reported;
        Set<Path> changed = new TreeSet<>(now.keySet());
        changed.addAll(before.keySet());
        changed.removeIf(file -> Objects.equals(now.get(file), before.get(file)));
        reported = now;
        return changed.stream().map(folder::relativize).toList();
    }

    private Map<Path, Stamp> look(Map<Path, Stamp> known) {
        Map<Path, Stamp> files = new HashMap<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                    boolean skipped = !visited.equals(folder)
                            && (isHidden(visited)
                                    || BUILD_FOLDERS.contains(
                                            visited.getFileName().toString()));
                    return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!isHidden(file) && !file.toAbsolutePath().normalize().equals(component)) {
                        files.put(file, Stamp.of(file, attributes, known));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return files;
    }

    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    /** Equal when the contents are, whenever they were written. */
    private record Stamp(FileTime modified, long bytes, long content) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Stamp stamp && bytes == stamp.bytes && content == stamp.content;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(bytes * 31 + content);
        }

        static Stamp of(Path file, BasicFileAttributes attributes, Map<Path, Stamp> known) {
            FileTime modified = attributes.lastModifiedTime();
            Stamp before = known.get(file);
            if (before != null && before.modified.equals(modified) && before.bytes == attributes.size()) {
                return before;
            }
            return new Stamp(modified, attributes.size(), content(file, attributes));
        }

        private static long content(Path file, BasicFileAttributes attributes) {
            if (attributes.size() <= COMPARED_BYTES_MAX) {
                try {
                    CRC32C checksum = new CRC32C();
                    checksum.update(Files.readAllBytes(file));
                    return checksum.getValue();
                } catch (IOException gone) {
                    // Looked at again next time; until then its time stands for it.
                }
            }
            return attributes.lastModifiedTime().toMillis();
        }
    }
}

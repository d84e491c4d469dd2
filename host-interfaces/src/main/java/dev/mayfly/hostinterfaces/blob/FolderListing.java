package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.blob.BlobStore.BlobInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** One page of a {@link FolderBlobStore}'s blobs in the making. */
final class FolderListing {
    private final String prefix;
    private final String after;
    private final int count;
    private final Deadline deadline;
    private final List<BlobInfo> found = new ArrayList<>();
    private boolean more;

    FolderListing(String prefix, String after, int count, Deadline deadline) {
        this.prefix = prefix;
        this.after = after;
        this.count = count;
        this.deadline = deadline;
    }

    BlobStore.Page page() {
        return new BlobStore.Page(Collections.unmodifiableList(found), more);
    }

    /** Goes through a folder in order, as many names at a time as the page may need: there may be millions. */
    void read(Path folder, String beginning) throws IOException {
        String last = "";
        while (!more) {
            List<String> names = firstNames(folder, beginning, last);
            if (names.isEmpty()) {
                return;
            }
            for (String name : names) {
                Path file = folder.resolve(name);
                String digits = beginning + name.substring(0, name.indexOf('.'));
                if (name.endsWith(BlobName.MORE)) {
                    read(file, digits);
                } else {
                    add(file, digits);
                }
            }
            last = names.getLast();
        }
    }

    private void add(Path file, String digits) throws IOException {
        if (found.size() == count) {
            more = true;
        }
        if (more) {
            return;
        }
        try (FileChannel blob = FileChannel.open(file, StandardOpenOption.READ)) {
            BlobInfo info = BlobFile.read(blob, BlobName.key(digits));
            found.add(new BlobInfo(info.key(), info.bytes(), "", info.etag(), info.modifiedAt(), Map.of()));
        } catch (NoSuchFileException e) {
            // Deleted meanwhile.
        }
    }

    private List<String> firstNames(Path folder, String beginning, String last) throws IOException {
        PriorityQueue<String> first = new PriorityQueue<>(Collections.reverseOrder());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                deadline.left();
                String name = file.getFileName().toString();
                if (name.compareTo(last) > 0 && isWanted(name, beginning)) {
                    first.add(name);
                    if (first.size() > count + 1) {
                        first.remove();
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return first.stream().sorted().toList();
    }

    private boolean isWanted(String name, String beginning) {
        int dot = Math.max(0, name.indexOf('.'));
        String digits = beginning + name.substring(0, dot);
        if (name.endsWith(BlobName.MORE)) {
            boolean within = digits.startsWith(prefix) || prefix.startsWith(digits);
            // Keys in there begin like that and go on: none is behind `after` if its beginning is behind theirs.
            return within && digits.compareTo(after.substring(0, Math.min(after.length(), digits.length()))) >= 0;
        }
        return name.endsWith(BlobName.BLOB) && digits.startsWith(prefix) && digits.compareTo(after) > 0;
    }
}

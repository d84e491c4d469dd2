package dev.mayfly.memorypool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A control group of our own whose memory can be taken away: what "memory pressure" is, without troubling the rest of the machine. Linux, and
 * only where the group file system may be written to.
 */
final class MemoryGroup implements AutoCloseable {
    private final Path folder;
    private final boolean v2;

    private MemoryGroup(Path folder, boolean v2) {
        this.folder = folder;
        this.v2 = v2;
    }

    /** @throws IOException that says why there can't be one here */
    static MemoryGroup create() throws IOException {
        for (String line : mounts()) {
            // A mount's line: device, folder, type, options, two numbers.
            List<String> fields = List.of(line.split(" ", -1));
            boolean v1 = fields.get(2).equals("cgroup")
                    && List.of(fields.get(3).split(",", -1)).contains("memory");
            boolean v2 = fields.get(2).equals("cgroup2") && controls(Path.of(fields.get(1)));
            if (v1 || v2) {
                Path folder = Path.of(
                        fields.get(1),
                        "mayfly-canary-" + ProcessHandle.current().pid());
                return new MemoryGroup(Files.createDirectory(folder), v2);
            }
        }
        throw new IOException("no control group file system with a memory controller is mounted");
    }

    void add(ProcessHandle process) throws IOException {
        Files.writeString(folder.resolve("cgroup.procs"), Long.toString(process.pid()));
    }

    /** What the group holds right now. */
    long bytes() throws IOException {
        return read(v2 ? "memory.current" : "memory.usage_in_bytes");
    }

    /** What of it is swapped out right now. */
    long swappedBytes() throws IOException {
        if (v2) {
            return read("memory.swap.current");
        }
        for (String line : Files.readAllLines(folder.resolve("memory.stat"))) {
            if (line.startsWith("swap ")) {
                return Long.parseLong(line.substring("swap ".length()));
            }
        }
        return 0;
    }

    /** Has the kernel take back as much of the group's memory as it can; ends nobody. */
    void squeeze() throws IOException {
        if (v2) {
            attempt("memory.reclaim", Long.toString(bytes()));
        } else {
            // A limit below what is held makes the kernel reclaim; what it can't reclaim, it keeps, and the write
            // fails.
            long held = bytes();
            for (int sixteenths = 15; sixteenths > 0; sixteenths--) {
                if (!attempt("memory.limit_in_bytes", Long.toString(held / 16 * sixteenths))) {
                    break;
                }
            }
            attempt("memory.limit_in_bytes", "-1");
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder);
    }

    private boolean attempt(String file, String value) {
        try {
            Files.writeString(folder.resolve(file), value);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private long read(String file) throws IOException {
        return Long.parseLong(Files.readString(folder.resolve(file)).strip());
    }

    private static boolean controls(Path root) throws IOException {
        Path controllers = root.resolve("cgroup.subtree_control");
        return Files.exists(controllers)
                && List.of(Files.readString(controllers).strip().split(" ", -1)).contains("memory");
    }

    private static List<String> mounts() throws IOException {
        Path mounts = Path.of("/proc/self/mounts");
        if (!Files.exists(mounts)) {
            throw new IOException("this system has no control groups");
        }
        return Files.readAllLines(mounts);
    }
}

package dev.mayfly.host.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What disks, and whoever has access to them, do to files. */
public final class Damage {
    private Damage() {}

    /** Spoils a file: {@code kind} is one of the cases. */
    public static void to(Path file, String kind) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (kind) {
            case "flipped" -> {
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
            case "truncated" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            case "cut to its head" -> Files.write(file, Arrays.copyOf(bytes, 200));
            case "empty" -> Files.write(file, new byte[0]);
            case "missing" -> Files.delete(file);
            default -> throw new IllegalArgumentException("there is no damage " + kind);
        }
    }
}

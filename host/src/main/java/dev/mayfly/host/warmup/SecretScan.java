package dev.mayfly.host.warmup;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks for secrets in a captured state, all of them in one pass. */
final class SecretScan {
    /** A shorter value is in every memory by chance. */
    static final int SECRET_BYTES_MIN = Long.BYTES;

    private static final class Secret {
        final String name;
        final byte[] value;

        Secret(String name, byte[] value) {
            this.name = name;
            this.value = value;
        }
    }

    /** By their first eight bytes. */
    private final Map<Long, List<Secret>> secrets = new HashMap<>();

    /** Whether any secret begins with these two bytes. */
    private final boolean[] beginnings = new boolean[1 << Short.SIZE];

    /** @param values of the secrets, by their names */
    SecretScan(Map<String, String> values) {
        values.forEach((name, value) -> {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            if (bytes.length >= SECRET_BYTES_MIN) {
                long beginning = MemorySegment.ofArray(bytes).get(JAVA_LONG_UNALIGNED, 0);
                secrets.computeIfAbsent(beginning, ignored -> new ArrayList<>()).add(new Secret(name, bytes));
                beginnings[(int) (beginning & 0xFFFF)] = true;
            }
        });
    }

    /** The name of a secret that is in a file; null when none is. */
    @Nullable
    String find(Path file) throws IOException {
        if (secrets.isEmpty()) {
            return null;
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            for (long at = 0; at <= bytes.byteSize() - Long.BYTES; at++) {
                long here = bytes.get(JAVA_LONG_UNALIGNED, at);
                if (beginnings[(int) (here & 0xFFFF)]) {
                    for (Secret secret : secrets.getOrDefault(here, List.of())) {
                        if (isAt(bytes, at, secret.value)) {
                            return secret.name;
                        }
                    }
                }
            }
            return null;
        }
    }

    private static boolean isAt(MemorySegment bytes, long at, byte[] value) {
        if (value.length > bytes.byteSize() - at) {
            return false;
        }
        for (int i = 0; i < value.length; i++) {
            if (bytes.get(JAVA_BYTE, at + i) != value[i]) {
                return false;
            }
        }
        return true;
    }
}

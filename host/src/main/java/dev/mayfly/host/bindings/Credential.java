package dev.mayfly.host.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A value to be kept from view, by where it is found. Its text never has the value.
 *
 * <p>Threads: any.
 */
sealed interface Credential {
    /** Of a file. What is longer is no password, token or certificate. */
    int FILE_BYTES_MAX = 64 << 10;

    /**
     * Looks it up.
     *
     * @throws IllegalArgumentException when it isn't there; says where it was looked for
     */
    String value();

    /** Out of the host's environment. */
    record Variable(String name, Map<String, String> environment) implements Credential {
        @Override
        public String value() {
            String value = environment.get(name);
            if (value == null) {
                throw new IllegalArgumentException("the environment variable " + name + " is not set");
            }
            return value;
        }

        @Override
        public String toString() {
            return "env " + name;
        }
    }

    /** All of a file but the line break at its end, which editors put there. */
    record Content(Path file) implements Credential {
        @Override
        public String value() {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
                if (bytes.length > FILE_BYTES_MAX) {
                    throw new IllegalArgumentException(
                            "the file " + file + " has more than secret-bytes-max=" + FILE_BYTES_MAX);
                }
                return new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
            } catch (IOException e) {
                throw new IllegalArgumentException("the file " + file + " can't be read", e);
            }
        }
    }

    /** Written where a reference should be. */
    final class Literal implements Credential {
        private final String value;

        Literal(String value) {
            this.value = value;
        }

        @Override
        public String value() {
            return value;
        }

        @Override
        public String toString() {
            return "literal";
        }
    }
}

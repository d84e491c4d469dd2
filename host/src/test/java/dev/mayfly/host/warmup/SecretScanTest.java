package dev.mayfly.host.warmup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretScanTest {
    @TempDir
    private Path folder;

    private @Nullable String find(String memory, Map<String, String> secrets) throws IOException {
        Path file = Files.writeString(folder.resolve("state"), memory, StandardCharsets.UTF_8);
        return new SecretScan(secrets).find(file);
    }

    @Test
    void aSecretIsFoundWhereverItStands() throws IOException {
        Map<String, String> secrets = Map.of("pin", "12345678", "phrase", "correct horse");
        assertEquals("pin", find("12345678", secrets));
        assertEquals("pin", find("xx12345678xx", secrets));
        assertEquals("phrase", find("a correct horse", secrets));
    }

    @Test
    void aPartOfOneIsNone() throws IOException {
        assertNull(find("1234567", Map.of("pin", "12345678")));
        assertNull(find("correct hors", Map.of("phrase", "correct horse")));
        assertNull(find("", Map.of("pin", "12345678")));
    }

    @Test
    void whatIsInEveryMemoryByChanceIsNotLookedFor() throws IOException {
        assertEquals(8, SecretScan.SECRET_BYTES_MIN);
        assertNull(find("1234567", Map.of("short", "1234567")));
        assertNull(find("anything", Map.of()));
    }
}

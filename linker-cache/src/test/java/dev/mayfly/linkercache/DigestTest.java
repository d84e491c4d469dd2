package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
    /** FIPS 180-2, appendix B.1. */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    Path folder;

    @Test
    void isSha256InHexadecimal() {
        assertEquals(OF_ABC, Digest.of("abc").hex());
        assertEquals(OF_ABC, Digest.of(new byte[] {'a', 'b', 'c'}).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 100_000})
    void ofAFileIsThatOfItsBytes(int length) throws Exception {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Path file = Files.write(folder.resolve("file"), bytes);
        assertEquals(Digest.of(bytes), Digest.of(file));
    }

    @Test
    void ofAFileIsReadToTheEndByAnInterruptedThread() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "abc");
        Thread.currentThread().interrupt();
        assertEquals(OF_ABC, Digest.of(file).hex());
        assertTrue(Thread.interrupted());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
                "../816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            })
    void nothingElsePassesForOne(String text) {
        assertThrows(MayflyException.Invalid.class, () -> new Digest(text));
    }
}

package dev.mayfly.host.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredSecretTest {
    @TempDir
    private Path folder;

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private Path write(String value) throws IOException {
        return Files.writeString(folder.resolve("secret"), value);
    }

    @Test
    void aRotatedSecretIsSeenOnceTheOldOneIsStaleToTheCaller() throws IOException {
        StoredSecret secret = new StoredSecret(new Credential.Content(write("old\n")));
        write("new\r\n");
        assertEquals("old", secret.value(Duration.ofHours(1), soon()), "it was read a moment ago");
        assertEquals("new", secret.value(Duration.ZERO, soon()));
        assertEquals("new", secret.value(Duration.ofHours(1), soon()));
    }

    @Test
    void aSecretThatCannotBeReadNowIsUnavailableAndSaysNothingOfWhere() throws IOException {
        Path file = write("old");
        StoredSecret secret = new StoredSecret(new Credential.Content(file));
        Files.delete(file);
        HostError e = assertThrows(HostError.class, () -> secret.value(Duration.ZERO, soon()));
        assertEquals(HostError.Kind.UNAVAILABLE, e.kind());
        assertFalse(e.text().contains(folder.toString()), e.text());
        assertEquals("old", secret.value(Duration.ofHours(1), soon()), "who takes an older value has one");
    }

    @Test
    void onlyTheLineBreakAtItsEndIsNoPartOfASecret() throws IOException {
        assertEquals(" a\nb \n", new Credential.Content(write(" a\nb \n\n")).value());
    }

    @Test
    void aFileThatIsTooLargeIsNoSecret() throws IOException {
        write("x".repeat(Credential.FILE_BYTES_MAX));
        new StoredSecret(new Credential.Content(folder.resolve("secret")));
        write("x".repeat(Credential.FILE_BYTES_MAX + 1));
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> new StoredSecret(new Credential.Content(folder.resolve("secret"))))
                .getMessage());
        assertTrue(message.contains("secret-bytes-max=65536"), message);
    }
}

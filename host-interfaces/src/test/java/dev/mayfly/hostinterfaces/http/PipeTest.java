package dev.mayfly.hostinterfaces.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.HostError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bytes between a function and the thread of its request. That they reach a function is for {@code WasiHttpUpstreamTest} to see. */
@Timeout(20)
final class PipeTest {
    private static HostError reason() {
        return HostError.of(HostError.Kind.UNAVAILABLE, "it was given up");
    }

    @Test
    void whatAFunctionWritesIsReadInItsOrderWhateverThePieces() throws Exception {
        byte[] all = new byte[200_000];
        new Random(1).nextBytes(all);
        Semaphore read = new Semaphore(0);
        Pipe pipe = new Pipe(1_000, read::release);
        CompletableFuture<byte[]> got = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                got.complete(pipe.stream().readAllBytes());
            } catch (IOException e) {
                got.completeExceptionally(e);
            }
        });
        Random sizes = new Random(2);
        int at = 0;
        while (at < all.length) {
            int end = Math.min(all.length, at + 1 + sizes.nextInt(1_500));
            int taken = pipe.offer(Arrays.copyOfRange(all, at, end));
            if (taken == 0) {
                assertFalse(pipe.hasRoom() && pipe.room() == 0);
                read.acquire();
            }
            at += taken;
        }
        pipe.end();
        assertArrayEquals(all, got.get());
    }

    @Test
    void aConnectionIsReadNoFurtherThanThereIsRoom() throws Exception {
        ByteArrayInputStream connection = new ByteArrayInputStream(new byte[5_000]);
        Semaphore came = new Semaphore(0);
        Pipe pipe = new Pipe(1_000, came::release);
        Thread filler = Thread.startVirtualThread(() -> fill(pipe, connection));
        came.acquire();
        assertEquals(4_000, connection.available());
        assertEquals(1_000, pipe.stream().readNBytes(1_000).length);
        assertEquals(4_000, pipe.stream().readNBytes(4_000).length);
        filler.join();
        assertEquals(-1, pipe.stream().read());
    }

    private static void fill(Pipe pipe, ByteArrayInputStream connection) {
        try {
            pipe.fill(connection);
        } catch (IOException | InterruptedException e) {
            pipe.fail(reason());
        }
    }

    @Test
    void whoWaitsForBytesIsToldThatNoneWillCome() throws Exception {
        Pipe pipe = new Pipe(10, () -> {});
        CompletableFuture<IOException> told = new CompletableFuture<>();
        Thread reader = Thread.startVirtualThread(() -> told.complete(
                assertThrows(IOException.class, () -> pipe.stream().read())));
        while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        pipe.fail(reason());
        assertInstanceOf(HostError.class, told.get().getCause());
        assertThrows(HostError.class, pipe::room);
        assertTrue(pipe.hasRoom(), "there is something to be told");
    }
}

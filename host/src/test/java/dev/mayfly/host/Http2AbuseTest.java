package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Http2Client;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of HTTP/2 that do what costs them nothing and a host a lot, frame by frame. */
@Timeout(120)
final class Http2AbuseTest {
    /** More than any host that looks after itself takes of one connection. */
    private static final int FRAMES = 200_000;

    @FunctionalInterface
    private interface Abuse {
        void send(Http2Client client, int stream) throws IOException;
    }

    /** Goes on until the host ends the connection, while others call; returns how many frames it took. */
    private static int abuse(TestHost host, Abuse abuse) throws Exception {
        CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> {
            int sent = 0;
            try (Socket socket = host.connect()) {
                Http2Client client = new Http2Client(socket, Http2Client.Preface.ALONE);
                for (; sent < FRAMES; sent++) {
                    abuse.send(client, 2 * sent + 1);
                    client.flush();
                }
            } catch (IOException cutOff) {
                return sent;
            }
            return sent;
        });
        long slowestNs = 0;
        do {
            long startNs = System.nanoTime();
            host.get("/f/echo").expect(200);
            slowestNs = Math.max(slowestNs, System.nanoTime() - startNs);
        } while (!taken.isDone());
        assertTrue(slowestNs < Duration.ofSeconds(5).toNanos(), "others wait for " + slowestNs + " ns");
        host.expectNothingTaken();
        return taken.get();
    }

    @Test
    void aClientThatResetsItsRequestsAtOnceIsCutOffAndOthersAreServed() throws Exception {
        // Longer than anybody waits here: the requests that were reset are cancelled, or this fails.
        try (TestHost host = TestHost.start(Limits.defaults().withDeadline(Duration.ofMinutes(10)))) {
            host.deploy("echo", "echo");
            host.deploy("probe", "probe");
            int taken = abuse(host, (client, stream) -> {
                client.get(stream, "/f/probe/spin");
                client.cancel(stream);
            });
            assertTrue(taken < FRAMES, "the host took as many resets as the client had");
        }
    }

    @Test
    void aClientThatFloodsWithPingsKeepsNobodyFromBeingServed() throws Exception {
        try (TestHost host = TestHost.start()) {
            host.deploy("echo", "echo");
            abuse(host, (client, stream) -> client.ping());
        }
    }
}

package dev.mayfly.hostinterfaces.kv;

import static dev.mayfly.hostinterfaces.kv.KeyValueStoreFixture.assertFails;
import static dev.mayfly.hostinterfaces.kv.KeyValueStoreFixture.bytes;
import static dev.mayfly.hostinterfaces.kv.KeyValueStoreFixture.soon;
import static dev.mayfly.hostinterfaces.kv.KeyValueStoreFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import dev.mayfly.hostinterfaces.testing.Relay;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a {@link RedisStore} does while its server is down, hangs or drops connections. */
final class RedisOutageTest {
    private static final Duration OPERATION_MAX = Duration.ofSeconds(1);

    private RedisServer server;
    private KeyValueStore store;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.started();
        store = RedisStore.open(RedisConfig.of("127.0.0.1", server.port(), "outage"), KeyValueLimits.defaults());
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    /** Many threads that increment one counter. */
    private final class Load implements AutoCloseable {
        final LongAdder done = new LongAdder();
        final Map<HostError.Kind, LongAdder> failed = new ConcurrentHashMap<>();
        final AtomicLong longestNs = new AtomicLong();
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<Boolean>> threads = new ArrayList<>();

        Load(int count) {
            for (int i = 0; i < count; i++) {
                threads.add(executor.submit(() -> {
                    while (running.get()) {
                        increment();
                    }
                    return true;
                }));
            }
        }

        private void increment() {
            long startNs = System.nanoTime();
            try {
                store.increment("n", 1, Duration.ofHours(1), Deadline.in(OPERATION_MAX));
                done.increment();
            } catch (HostError e) {
                failed.computeIfAbsent(e.kind(), kind -> new LongAdder()).increment();
            }
            longestNs.accumulateAndGet(System.nanoTime() - startNs, Math::max);
        }

        long failures() {
            return failed.values().stream().mapToLong(LongAdder::sum).sum();
        }

        void awaitMore(LongAdder what) throws Exception {
            long before = what.sum();
            Waiting.until("more operations succeed", () -> what.sum() > before + 1_000);
        }

        /** Ends it; no thread hangs, and none met anything but a {@link HostError}. */
        @Override
        public void close() {
            running.set(false);
            executor.close();
            threads.forEach(thread -> assertTrue(thread.resultNow()));
        }
    }

    @Test
    void aServerKilledUnderLoadMeansTypedErrorsUntilItIsBack() throws Exception {
        Load load = new Load(50);
        try (load) {
            load.awaitMore(load.done);
            for (int round = 0; round < 3; round++) {
                long failures = load.failures();
                server.kill();
                Waiting.until("operations fail", () -> load.failures() > failures + 1_000);
                server.start();
                load.awaitMore(load.done);
            }
        }
        assertTrue(load.failed.containsKey(HostError.Kind.UNAVAILABLE));
        load.failed.keySet().removeAll(List.of(HostError.Kind.UNAVAILABLE, HostError.Kind.TIMEOUT));
        assertEquals(Map.of(), load.failed);
        assertTrue(
                load.longestNs.get() < OPERATION_MAX.multipliedBy(2).toNanos(),
                "the longest operation took " + Duration.ofNanos(load.longestNs.get()));
    }

    @Test
    void anOperationWhoseConnectionBreaksIsNotDoneTwice() throws Exception {
        Load load = new Load(50);
        try (load) {
            for (int round = 0; round < 20; round++) {
                long before = load.done.sum();
                Waiting.until("operations succeed", () -> load.done.sum() > before + 200);
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    socket.getOutputStream()
                            .write("CLIENT KILL TYPE normal SKIPME yes\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertTrue(socket.getInputStream().read() >= 0);
                }
            }
        }
        long count = store.increment("n", 0, null, soon());
        long done = load.done.sum();
        assertTrue(load.failures() > 0, "no connection broke");
        assertTrue(
                done <= count && count <= done + load.failures(),
                count + " increments, " + done + " acknowledged, " + load.failures() + " failed");
    }

    @Test
    void aServerThatHangsMeansTimeoutsUntilItGoesOn() throws Exception {
        store.set("a", bytes("1"), null, soon());
        server.hang();
        for (int i = 0; i < 3; i++) {
            long startNs = System.nanoTime();
            assertFails(
                    HostError.Kind.TIMEOUT,
                    () -> store.set("a", bytes("2"), null, Deadline.in(Duration.ofMillis(100))));
            assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(2).toNanos());
        }
        server.resume();
        store.set("a", bytes("3"), null, soon());
        assertEquals("3", text(store.get("a", soon())));
    }

    @Test
    void onlySoManyWaitForAServerThatHangs() throws Exception {
        store.set("a", bytes("1"), null, soon());
        server.hang();
        Set<HostError.Kind> errors = new ConcurrentSkipListSet<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2 * RedisLink.PENDING_MAX; i++) {
                executor.execute(() -> {
                    Executable get = () -> store.get("a", Deadline.in(Duration.ofSeconds(2)));
                    errors.add(assertThrows(HostError.class, get).kind());
                });
            }
        }
        server.resume();
        assertEquals(Set.of(HostError.Kind.TIMEOUT, HostError.Kind.UNAVAILABLE), errors);
        Waiting.until("it goes on", () -> {
            try {
                return "1".equals(text(store.get("a", soon())));
            } catch (HostError e) {
                return false;
            }
        });
    }

    @Test
    void aServerNeedNotBeUpAtFirst() throws Exception {
        server.kill();
        try (KeyValueStore early =
                RedisStore.open(RedisConfig.of("127.0.0.1", server.port(), "early"), KeyValueLimits.defaults())) {
            HostError error = assertFails(HostError.Kind.UNAVAILABLE, () -> early.get("a", soon()));
            assertEquals("the store can't be reached", error.getMessage());
            server.start();
            Waiting.until("it is found", () -> {
                try {
                    early.set("a", bytes("1"), null, soon());
                    return true;
                } catch (HostError e) {
                    return false;
                }
            });
        }
    }

    @Test
    void aConnectionThatFallsSilentIsReplaced() throws Exception {
        try (Relay relay = Relay.to(server.port());
                KeyValueStore far =
                        RedisStore.open(RedisConfig.of("127.0.0.1", relay.port(), "far"), KeyValueLimits.defaults())) {
            far.set("a", bytes("1"), null, soon());
            relay.silence();
            assertFails(HostError.Kind.TIMEOUT, () -> far.get("a", Deadline.in(Duration.ofMillis(50))));
            Waiting.until("a new connection answers", () -> {
                try {
                    return "1".equals(text(far.get("a", Deadline.in(Duration.ofMillis(200)))));
                } catch (HostError e) {
                    return false;
                }
            });
        }
    }
}

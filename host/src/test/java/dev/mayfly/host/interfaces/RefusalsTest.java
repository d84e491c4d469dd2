package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static dev.mayfly.host.interfaces.ErrandHost.pathOf;
import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.EventQueue.NewEvent;
import dev.mayfly.hostinterfaces.messaging.QueueLimits;
import dev.mayfly.hostinterfaces.messaging.SqliteEventQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What isn't granted and what is too much is refused by name, and whoever asks for it over and over harms nobody. */
@Timeout(60)
final class RefusalsTest {
    private static final String BINDINGS = """
            sessions: {kind: kv, provider: memory}
            disk: {kind: kv, provider: sqlite, file: disk.sqlite, bytes-max: 1MiB}
            orders: {kind: sql, provider: sqlite, file: orders.sqlite}
            images: {kind: blob, provider: folder, folder: images}
            """;

    private static final String[] GRANTS = {
        "sessions", "disk", "orders", "images", "self=function:errand", "news=topic:news", "function:gone"
    };

    @TempDir
    private Path folder;

    private static void expectLimit(String limit, Answer answer) {
        String told = refused("limit-exceeded", answer);
        assertTrue(told.contains(limit), () -> "not named: " + limit + " in " + told);
    }

    @Test
    void aBindingThatIsNotGrantedOrIsOfAnotherKindIsDenied() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS).grant("sessions", "images")) {
            for (String name : List.of("orders", "images", "topic:news", "", "../sessions")) {
                assertEquals(
                        "permission-denied: function errand has no kv binding " + name,
                        refused("permission-denied", host.get("kv/get", "store=" + name, "key=k")));
            }
            for (String name : List.of("sessions", "orders")) {
                refused("permission-denied", host.post("SELECT 1", "sql/query", "database=" + name));
                refused("permission-denied", host.get("blob/get", "container=" + name, "key=k"));
                refused("permission-denied", host.get("http/send", "upstream=" + name, "path=/"));
                refused("permission-denied", host.get("secret", "name=" + name));
                refused("permission-denied", host.post("x", "publish", "topic=" + name));
                refused("permission-denied", host.post("x", "spawn", "function=" + name));
                refused("permission-denied", host.get("call", "function=" + name, "path=/"));
            }
        }
    }

    @Test
    void whatIsTooLargeIsRefusedWithTheLimitsName() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS).grant(GRANTS)) {
            expectLimit("key-bytes=512", host.get("kv/get", "store=sessions", "key=" + "k".repeat(513)));
            byte[] value = new byte[(1 << 20) + 1];
            for (String how : List.of("kv/set", "kv/set-bytes")) {
                expectLimit("value-bytes", host.host().post(path(how, "store=sessions", "key=k"), value));
            }
            assertEquals(204, host.get("kv/get", "store=sessions", "key=k").status());
            String statement = "SELECT '" + "x".repeat(64 << 10) + "'";
            expectLimit("statement-bytes-max", host.post(statement, "sql/query", "database=orders"));
            String[] parameters = new String[1_002];
            parameters[0] = "database=orders";
            Arrays.fill(parameters, 1, parameters.length, "p=i:1");
            expectLimit("parameter-count-max", host.post("SELECT 1", "sql/query", parameters));
            expectLimit(
                    "key-bytes-max=1024", host.post("x", "blob/put", "container=images", "key=" + "k".repeat(1_025)));
            expectLimit(
                    "metadata-bytes-max",
                    host.post("x", "blob/put", "container=images", "key=k", "meta=m:" + "v".repeat(3_000)));
            byte[] payload = new byte[(256 << 10) + 1];
            expectLimit("payload-bytes-max", host.host().post(path("spawn", "function=self"), payload));
            refused("not-found", host.get("call", "function=function:gone", "path=/"));
        }
    }

    @Test
    void aStoreThatIsFullSaysSoAndOthersGoOn() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS).grant(GRANTS)) {
            byte[] value = new byte[200_000];
            Answer last = host.host().post(path("kv/set", "store=disk", "key=0"), value);
            for (int i = 1; i < 20 && last.status() == 204; i++) {
                last = host.host().post(path("kv/set", "store=disk", "key=" + i), value);
            }
            expectLimit("bytes", last);
            host.post("x", "kv/set", "store=sessions", "key=k").expect(204);
            assertEquals(200, host.get("kv/get", "store=disk", "key=0").status());
        }
    }

    @Test
    void aFunctionThatAsksWithoutEndMeetsTheLimitOfOperations() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS).grant(GRANTS)) {
            String[] lines = host.get("flood", "what=kv", "store=sessions", "count=1000000")
                    .expect(200)
                    .text()
                    .split("\n", -1);
            assertEquals("100000", lines[0]);
            assertEquals("limit-exceeded: operation-count-max=100000", lines[1]);
            host.get("kv/get", "store=sessions", "key=flood/1").expect(200);
        }
    }

    @Test
    void aFunctionHasItsOwnLimitsOfWhatItAsksForAndHowDeep() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS)) {
            List<String> granted = List.of("sessions", "deep=function:deep");
            host.deploy("few", granted, List.of(), List.of("operation-count=10"));
            String[] lines = host.host()
                    .get(pathOf("few", "flood", "what=kv", "store=sessions", "count=100"))
                    .expect(200)
                    .text()
                    .split("\n", -1);
            assertEquals("10", lines[0]);
            assertEquals("limit-exceeded: operation-count-max=10", lines[1]);
            host.deploy("deep", granted, List.of(), List.of("call-depth=1"));
            String inner = path("call", "function=deep", "path=/load").substring("/f/errand".length());
            host.host()
                    .get(pathOf("deep", "call", "function=deep", "path=/load"))
                    .expect(200);
            expectLimit("call-depth-max=1", host.host().get(pathOf("deep", "call", "function=deep", "path=" + inner)));
            host.deploy("flat", granted, List.of(), List.of("spawn-depth=0"));
            expectLimit("spawn-depth-max=0", host.host().post(pathOf("flat", "spawn", "function=deep"), new byte[1]));
        }
    }

    @Test
    void aFunctionThatLogsWithoutEndLosesLinesAndIsToldHowMany() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS)
                .grantTo("neighbour", "sessions")
                .grant(GRANTS)) {
            host.host().get(pathOf("neighbour", "log-fields", "message=mine")).expect(204);
            assertEquals(
                    "100000\n",
                    host.get("flood", "what=log", "count=100000").expect(200).text());
            String dropped = host.host().log(ErrandHost.FUNCTION).getLast();
            assertTrue(dropped.matches("dropped log lines: \\d+ \\(limit log-bytes-max=65536\\)"), dropped);
            assertEquals(List.of("mine"), host.host().log("neighbour"));
        }
    }

    @Test
    void aFunctionWhoseEventsWaitInMassesCanSpawnAndPublishNoMore() throws Exception {
        long room = 5;
        try (EventQueue queue = SqliteEventQueue.open(folder.resolve("events.sqlite"), QueueLimits.defaults())) {
            NewEvent later = new NewEvent(
                    ErrandHost.FUNCTION,
                    "spawn",
                    "test",
                    Map.of(),
                    new byte[0],
                    Instant.now().plus(Duration.ofDays(1)));
            queue.put(
                    Collections.nCopies((int) (QueueLimits.defaults().waitingMax() - room), later),
                    Deadline.in(Duration.ofSeconds(30)));
        }
        try (ErrandHost host = ErrandHost.start(folder, BINDINGS)) {
            // What it is given it can't note in a store that it doesn't have, so it stays.
            host.deploy(ErrandHost.FUNCTION, List.of(GRANTS), List.of("news"));
            host.grantTo("neighbour", "self=function:neighbour");
            String full = "limit-exceeded: a function's events that wait would be more than waiting-max=100000";
            assertEquals(
                    room + "\n" + full + "\n",
                    host.get("flood", "what=spawn", "function=self", "count=100")
                            .text());
            assertEquals(
                    "0\n" + full + "\n",
                    host.get("flood", "what=publish", "topic=news", "count=100").text());
            host.host()
                    .post(pathOf("neighbour", "spawn", "function=self"), new byte[] {'x'})
                    .expect(200);
            host.get("load").expect(200);
        }
    }
}

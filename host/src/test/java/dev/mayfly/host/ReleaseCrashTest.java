package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host is killed while versions, aliases and canaries change, keys are rotated and idle versions are reaped: no change that was acknowledged is lost,
 * and none is half visible.
 *
 * <p>25 processes with 8 hosts each make 200 rounds: a host each on a data folder, killed at a moment and in an order of changes of its own, and looked
 * at by the next.
 */
@Timeout(600)
class ReleaseCrashTest {
    private static final int ROUNDS = Integer.getInteger("mayfly.crash.rounds", 25);
    private static final int FOLDERS = 8;
    private static final String FUNCTION = "f";
    private static final HttpClient CLIENT = TestHost.client(HttpClient.Version.HTTP_1_1);

    @TempDir
    private Path temporary;

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    /** A request, and what is so once it is acknowledged. */
    private record Change(HttpRequest.Builder request, ReleaseState after) {
        static Change deploy(ReleaseState state, KilledHost host, String alias) {
            String greeting = "G" + state.next();
            return new Change(
                    request(host, "?alias=" + alias + "&config=greeting%3D" + greeting)
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))),
                    state.with(state.next(), greeting, alias));
        }

        static Change move(ReleaseState state, KilledHost host, String alias, int version) {
            return new Change(
                    request(host, "/aliases/" + alias)
                            .PUT(BodyPublishers.ofString("{\"targets\": [{\"version\": " + version + "}]}")),
                    state.with(alias, version + "=100"));
        }

        static Change canary(ReleaseState state, KilledHost host, int stable, int canary, int weight) {
            String body = "{\"targets\": [{\"version\": " + stable + ", \"weight\": " + (100 - weight)
                    + "}, {\"version\": " + canary + ", \"weight\": " + weight
                    + "}], \"sticky\": \"cookie:c\", \"rollout\": {\"version\": " + canary + "}}";
            return new Change(
                    request(host, "/aliases/live").PUT(BodyPublishers.ofString(body)),
                    state.with("live", stable + "=" + (100 - weight) + " " + canary + "=" + weight));
        }

        static Change remove(ReleaseState state, KilledHost host, int version) {
            return new Change(request(host, "/versions/" + version).DELETE(), state.without(version));
        }

        static Change any(ReleaseState state, KilledHost host, Random random) {
            List<Integer> numbers = List.copyOf(state.versions().keySet());
            int one = numbers.get(random.nextInt(numbers.size()));
            int other = numbers.get(random.nextInt(numbers.size()));
            return switch (random.nextInt(7)) {
                case 0 -> deploy(state, host, "live");
                case 1 -> deploy(state, host, "staging");
                case 2 ->
                    one == other
                            ? move(state, host, "live", one)
                            : canary(state, host, one, other, 1 + random.nextInt(99));
                case 3 -> state.isPointedTo(one) ? move(state, host, "live", other) : remove(state, host, one);
                case 4 -> move(state, host, "staging", one);
                case 5 -> sealAnew(state, host);
                default -> move(state, host, "live", one);
            };
        }

        /** Nothing that anybody sees: what functions are configured with is sealed with another key. */
        static Change sealAnew(ReleaseState state, KilledHost host) {
            return new Change(host.request("/v1/secrets-key").POST(BodyPublishers.noBody()), state);
        }

        private static HttpRequest.Builder request(KilledHost host, String path) {
            return host.request("/v1/functions/" + FUNCTION + path);
        }
    }

    /** What a client was told last, what it asked for when the host went, and its key. */
    private record Known(ReleaseState told, ReleaseState asked, RotatedKey key) {
        /** Expects it on the next host, which has done what was asked for or not. */
        Known foundOn(KilledHost host) throws Exception {
            ReleaseState found = ReleaseState.of(host::get, FUNCTION);
            assertTrue(
                    found.isBetween(told, asked),
                    () -> "found " + found + ", acknowledged " + told + ", asked for " + asked);
            expectAnswers(host::get, found);
            ReleaseState state =
                    found.looksLike(asked) ? asked : new ReleaseState(found.versions(), found.aliases(), told.next());
            return new Known(state, state, key.foundOn(host));
        }
    }

    /** Folders with the function in two versions. */
    private List<Path> prepared(int count) throws Exception {
        List<Path> folders = new ArrayList<>();
        folders.add(temporary.resolve("data-0"));
        try (TestHost host = TestHost.start(folders.getFirst(), Limits.defaults())) {
            host.greet(FUNCTION, "G1", "live");
            host.greet(FUNCTION, "G2", "live");
        }
        for (int i = 1; i < count; i++) {
            folders.add(TestHost.copy(folders.getFirst(), temporary.resolve("data-" + i)));
        }
        return folders;
    }

    private static ReleaseState initial() {
        return new ReleaseState(new TreeMap<>(), new TreeMap<>(), 1)
                .with(1, "G1", "live")
                .with(2, "G2", "live");
    }

    @ParameterizedTest
    @EnumSource(
            value = DeployStep.class,
            names = {"ALIAS_.*|VERSION_.*"},
            mode = EnumSource.Mode.MATCH_ANY)
    void aChangeThatIsKilledAfterAStepIsDone(DeployStep step) throws Exception {
        List<Path> folders = prepared(2);
        boolean alias = step.name().startsWith("ALIAS");
        List<Change> changes = new ArrayList<>();
        try (HostProcess child = new HostProcess(temporary, step.name(), folders)) {
            List<KilledHost> hosts = new ArrayList<>();
            for (int i = 0; i < folders.size(); i++) {
                hosts.add(KilledHost.of(CLIENT, child, i, folders.get(i)));
            }
            changes.add(
                    alias
                            ? Change.move(initial(), hosts.get(0), "live", 1)
                            : Change.remove(initial(), hosts.get(0), 1));
            changes.add(
                    alias
                            ? Change.canary(initial(), hosts.get(1), 2, 1, 5)
                            : Change.remove(initial(), hosts.get(1), 1));
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (Change change : changes) {
                answers.add(CLIENT.sendAsync(change.request().build(), BodyHandlers.ofByteArray()));
            }
            for (int i = 0; i < folders.size(); i++) {
                assertEquals(CrashingHost.REACHED, child.line());
            }
            child.kill();
            for (CompletableFuture<?> answer : answers) {
                assertThrows(ExecutionException.class, answer::get, "nobody was told that it is done");
            }
        }
        for (int i = 0; i < folders.size(); i++) {
            try (TestHost host = TestHost.start(folders.get(i), Limits.defaults())) {
                ReleaseState found = ReleaseState.of(host::get, FUNCTION);
                assertTrue(found.looksLike(changes.get(i).after()), found::toString);
                expectAnswers(host::get, found);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DeployStep.class, names = "VERSION_.*", mode = EnumSource.Mode.MATCH_ANY)
    void aHostThatIsKilledWhileItReapsHasDoneSoAfterAStep(DeployStep step) throws Exception {
        List<Path> folders = prepared(1);
        try (HostProcess child = new HostProcess(temporary, step.name(), folders)) {
            KilledHost.of(CLIENT, child, 0, folders.getFirst()).reap(1);
            assertEquals(CrashingHost.REACHED, child.line());
            child.kill();
        }
        try (TestHost host = TestHost.start(folders.getFirst(), Limits.defaults())) {
            ReleaseState found = ReleaseState.of(host::get, FUNCTION);
            assertTrue(found.looksLike(initial().without(1)), found::toString);
            host.get("/f/" + FUNCTION + ":1/you").problem(404, "not-found");
            expectAnswers(host::get, found);
        }
    }

    @Test
    void noChangeThatWasAcknowledgedIsLostAndNoneIsHalfVisible() throws Exception {
        Random random = new Random(5);
        List<Path> folders = prepared(FOLDERS);
        AtomicInteger reaps = new AtomicInteger();
        List<Known> known = List.of();
        for (int round = 0; round <= ROUNDS; round++) {
            List<CompletableFuture<Known>> clients = new ArrayList<>();
            try (HostProcess child = new HostProcess(temporary, HostProcess.NEVER, folders);
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<KilledHost> hosts = new ArrayList<>();
                List<Known> found = new ArrayList<>();
                for (int i = 0; i < FOLDERS; i++) {
                    KilledHost host = KilledHost.of(CLIENT, child, i, folders.get(i));
                    hosts.add(host);
                    found.add(
                            round == 0
                                    ? new Known(initial(), initial(), RotatedKey.madeOn(host))
                                    : known.get(i).foundOn(host));
                }
                if (round == ROUNDS) {
                    return;
                }
                for (int i = 0; i < FOLDERS; i++) {
                    Known before = found.get(i);
                    KilledHost host = hosts.get(i);
                    Random own = new Random(random.nextLong());
                    clients.add(
                            CompletableFuture.supplyAsync(() -> changeUntilKilled(before, host, own, reaps), threads));
                }
                // A host looks each second whether it is time to reap.
                long untilKilledMs = random.nextLong(100, 1_200);
                assertFalse(child.process().waitFor(untilKilledMs, TimeUnit.MILLISECONDS), child::said);
                child.kill();
            }
            known = new ArrayList<>();
            for (CompletableFuture<Known> client : clients) {
                known.add(client.get());
            }
        }
    }

    private static Known changeUntilKilled(Known known, KilledHost host, Random random, AtomicInteger reaps) {
        ReleaseState state = known.told();
        RotatedKey key = known.key();
        while (true) {
            ReleaseState asked = state;
            try {
                switch (random.nextInt(16)) {
                    case 0 -> {
                        asked = state.reaped();
                        host.reap(reaps.incrementAndGet());
                        awaitVersions(host, asked);
                    }
                    case 1, 2 -> key = key.rotated(host.send(key.rotation(host)));
                    default -> {
                        Change change = Change.any(state, host, random);
                        asked = change.after();
                        Answer answer = host.send(change.request());
                        assertTrue(answer.status() < 300, known + ": " + answer.text());
                    }
                }
                state = asked;
            } catch (IOException killed) {
                return new Known(state, asked, key);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void awaitVersions(KilledHost host, ReleaseState state) throws Exception {
        Waiting.until(
                "it has reaped to " + state,
                () -> host.get("/v1/functions/" + FUNCTION + "/versions")
                                .expect(200)
                                .json()
                                .path("versions")
                                .size()
                        == state.versions().size());
    }

    /** Every version answers as itself, and every alias as one of its targets. */
    private static void expectAnswers(ReleaseState.Asked host, ReleaseState state) throws Exception {
        for (Map.Entry<Integer, String> version : state.versions().entrySet()) {
            assertEquals(
                    version.getValue() + ", you!\n",
                    host.get("/f/" + FUNCTION + ":" + version.getKey() + "/you")
                            .expect(200)
                            .text());
        }
        for (String alias : state.aliases().keySet()) {
            host.get("/f/" + FUNCTION + "@" + alias + "/you").expect(200);
        }
    }
}

package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
 * A host is killed while versions and aliases change and idle versions are reaped: no change that was acknowledged is lost, and none is half visible.
 *
 * <p>{@code -Dmayfly.crash.rounds=25} makes it 200 kills of a data folder rather than 24.
 */
@Timeout(600)
class ReleaseCrashTest {
    private static final int ROUNDS = Integer.getInteger("mayfly.crash.rounds", 3);
    private static final int FOLDERS = 8;
    private static final String FUNCTION = "f";
    private static final Duration LONGER_THAN_IDLE_MAX =
            Limits.defaults().versionIdleMax().plusDays(1);

    private static final HttpClient CLIENT = TestHost.client(HttpClient.Version.HTTP_1_1);

    @TempDir
    private Path temporary;

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    /** A host that will be killed, and its operator's key. */
    private record Target(HostProcess process, int index, String uri, String key) {
        static Target of(HostProcess process, int index, Path folder) {
            return new Target(process, index, process.hosts().get(index), TestHost.key(folder));
        }

        /** Makes it so late that the host removes each version that no alias points to now. */
        void reap(int count) throws IOException {
            process.setClock(index, LONGER_THAN_IDLE_MAX.multipliedBy(count));
        }
    }

    /** A request, and what is so once it is acknowledged. */
    private record Change(HttpRequest.Builder request, ReleaseState after) {
        static Change deploy(ReleaseState state, Target host, String alias) {
            String greeting = "G" + state.next();
            return new Change(
                    request(host, "?alias=" + alias + "&config=greeting%3D" + greeting)
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))),
                    state.with(state.next(), greeting, alias));
        }

        static Change move(ReleaseState state, Target host, String alias, int version) {
            return new Change(
                    request(host, "/aliases/" + alias)
                            .PUT(BodyPublishers.ofString("{\"targets\": [{\"version\": " + version + "}]}")),
                    state.with(alias, version + "=100"));
        }

        static Change canary(ReleaseState state, Target host, int stable, int canary, int weight) {
            String body = "{\"targets\": [{\"version\": " + stable + ", \"weight\": " + (100 - weight)
                    + "}, {\"version\": " + canary + ", \"weight\": " + weight
                    + "}], \"sticky\": \"cookie:c\", \"rollout\": {\"version\": " + canary + "}}";
            return new Change(
                    request(host, "/aliases/live").PUT(BodyPublishers.ofString(body)),
                    state.with("live", stable + "=" + (100 - weight) + " " + canary + "=" + weight));
        }

        static Change remove(ReleaseState state, Target host, int version) {
            return new Change(request(host, "/versions/" + version).DELETE(), state.without(version));
        }

        static Change any(ReleaseState state, Target host, Random random) {
            List<Integer> numbers = List.copyOf(state.versions().keySet());
            int one = numbers.get(random.nextInt(numbers.size()));
            int other = numbers.get(random.nextInt(numbers.size()));
            return switch (random.nextInt(6)) {
                case 0 -> deploy(state, host, "live");
                case 1 -> deploy(state, host, "staging");
                case 2 ->
                    one == other
                            ? move(state, host, "live", one)
                            : canary(state, host, one, other, 1 + random.nextInt(99));
                case 3 -> state.isPointedTo(one) ? move(state, host, "live", other) : remove(state, host, one);
                case 4 -> move(state, host, "staging", one);
                default -> move(state, host, "live", one);
            };
        }

        private static HttpRequest.Builder request(Target host, String path) {
            return HttpRequest.newBuilder(URI.create(host.uri() + "/v1/functions/" + FUNCTION + path))
                    .header("Authorization", "Bearer " + host.key())
                    .timeout(Duration.ofMinutes(1));
        }

        HttpResponse<byte[]> send() throws IOException, InterruptedException {
            return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
        }
    }

    private List<Path> prepared(int count) throws Exception {
        List<Path> folders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path folder = temporary.resolve("data-" + i);
            try (TestHost host = TestHost.start(folder, Limits.defaults())) {
                host.greet(FUNCTION, "G1", "live");
                host.greet(FUNCTION, "G2", "live");
            }
            folders.add(folder);
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
            List<Target> hosts = new ArrayList<>();
            for (int i = 0; i < folders.size(); i++) {
                hosts.add(Target.of(child, i, folders.get(i)));
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
                ReleaseState found = ReleaseState.of(host, FUNCTION);
                assertTrue(found.looksLike(changes.get(i).after()), found::toString);
                expectAnswers(host, found);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DeployStep.class, names = "VERSION_.*", mode = EnumSource.Mode.MATCH_ANY)
    void aHostThatIsKilledWhileItReapsHasDoneSoAfterAStep(DeployStep step) throws Exception {
        List<Path> folders = prepared(1);
        try (HostProcess child = new HostProcess(temporary, step.name(), folders)) {
            Target.of(child, 0, folders.getFirst()).reap(1);
            assertEquals(CrashingHost.REACHED, child.line());
            child.kill();
        }
        try (TestHost host = TestHost.start(folders.getFirst(), Limits.defaults())) {
            ReleaseState found = ReleaseState.of(host, FUNCTION);
            assertTrue(found.looksLike(initial().without(1)), found::toString);
            host.get("/f/" + FUNCTION + ":1/you").problem(404, "not-found");
            expectAnswers(host, found);
        }
    }

    @Test
    void noChangeThatWasAcknowledgedIsLostAndNoneIsHalfVisible() throws Exception {
        Random random = new Random(5);
        List<Path> folders = prepared(FOLDERS);
        List<ReleaseState> states = new ArrayList<>();
        AtomicInteger reaps = new AtomicInteger();
        for (int i = 0; i < FOLDERS; i++) {
            states.add(initial());
        }
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<List<ReleaseState>>> clients = new ArrayList<>();
            try (HostProcess child = new HostProcess(temporary, HostProcess.NEVER, folders);
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < FOLDERS; i++) {
                    ReleaseState state = states.get(i);
                    Target host = Target.of(child, i, folders.get(i));
                    Random own = new Random(random.nextLong());
                    clients.add(
                            CompletableFuture.supplyAsync(() -> changeUntilKilled(state, host, own, reaps), threads));
                }
                // A host looks each second whether it is time to reap.
                long untilKilledMs = random.nextLong(100, 2_000);
                assertTrue(!child.process().waitFor(untilKilledMs, TimeUnit.MILLISECONDS), child::said);
                child.kill();
            }
            for (int i = 0; i < FOLDERS; i++) {
                List<ReleaseState> possible = clients.get(i).get();
                try (TestHost host = TestHost.start(folders.get(i), Limits.defaults())) {
                    ReleaseState found = ReleaseState.of(host, FUNCTION);
                    ReleaseState before = possible.getFirst();
                    ReleaseState after = possible.getLast();
                    assertTrue(
                            found.isBetween(before, after),
                            () -> "found " + found + ", acknowledged " + before + ", asked for " + after);
                    states.set(
                            i,
                            found.looksLike(after)
                                    ? after
                                    : new ReleaseState(found.versions(), found.aliases(), before.next()));
                    expectAnswers(host, found);
                }
            }
        }
    }

    /** Returns what was acknowledged last, and what was asked for when the host went. */
    private static List<ReleaseState> changeUntilKilled(
            ReleaseState initial, Target host, Random random, AtomicInteger reaps) {
        ReleaseState state = initial;
        while (true) {
            Change change = random.nextInt(16) == 0 ? null : Change.any(state, host, random);
            ReleaseState after = change == null ? state.reaped() : change.after();
            try {
                if (change == null) {
                    host.reap(reaps.incrementAndGet());
                    awaitVersions(host, after);
                } else {
                    HttpResponse<byte[]> response = change.send();
                    if (response.statusCode() >= 300) {
                        throw new AssertionError(state + ": " + new String(response.body(), StandardCharsets.UTF_8));
                    }
                }
                state = after;
            } catch (IOException killed) {
                return List.of(state, after);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void awaitVersions(Target host, ReleaseState state) throws Exception {
        HttpRequest versions = Change.request(host, "/versions").build();
        Waiting.until("it has reaped to " + state, () -> {
            Answer answer = new Answer(CLIENT.send(versions, BodyHandlers.ofByteArray()));
            return answer.expect(200).json().path("versions").size()
                    == state.versions().size();
        });
    }

    /** Every version answers as itself, and every alias as one of its targets. */
    private static void expectAnswers(TestHost host, ReleaseState state) throws Exception {
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

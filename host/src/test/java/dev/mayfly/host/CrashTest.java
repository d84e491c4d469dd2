package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.memorypool.FreshMemoryCanary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host is killed in the middle of a deployment; the next one on its data folder has the old function or the new one, whole. */
@Timeout(120)
class CrashTest {
    private static final Version OLD = new Version("hello", "Servus");
    private static final Version NEW = new Version("probe", "Moin");

    /** What is deployed when the host is killed, each on a host of its own; all have {@link #OLD} as {@code old}. */
    private static final List<Function> DEPLOYMENTS = List.of(
            new Function("new", NEW),
            new Function("old", NEW),
            new Function("old", new Version(OLD.guest(), "the same component, configured anew")));

    private static final HttpClient CLIENT = TestHost.client(HttpClient.Version.HTTP_1_1);

    /** A data folder with {@link #OLD} in it, to be copied. */
    @TempDir
    private static Path prepared;

    @TempDir
    private Path temporary;

    /** A component and a configuration that belong together, and can be told from each other by what they answer. */
    private record Version(String guest, String greeting) {
        /** From one to the next it is another component. */
        static Version number(int number) {
            return new Version(number % 2 == 0 ? "hello" : "probe", Integer.toString(number));
        }

        Digest digest() {
            return Digest.of(Guests.bytes(guest));
        }

        /** What it answers to GET {@code /config?name=greeting}. */
        String answer() {
            return guest.equals("hello") ? greeting + ", config!\n" : greeting;
        }
    }

    private record Function(String name, Version version) {
        HttpRequest deployedTo(String host) {
            return HttpRequest.newBuilder(URI.create(host + "/v1/functions/" + name + "?config=greeting%3D"
                            + version.greeting().replace(" ", "%20")))
                    .timeout(Duration.ofMinutes(1))
                    .header("Authorization", "Bearer " + TestHost.key(prepared))
                    .PUT(BodyPublishers.ofByteArray(Guests.bytes(version.guest())))
                    .build();
        }
    }

    @BeforeAll
    static void prepare() throws Exception {
        try (TestHost host = TestHost.start(prepared, Limits.defaults())) {
            deploy(host, new Function("old", OLD));
        }
    }

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    @ParameterizedTest
    @EnumSource(value = DeployStep.class, mode = EnumSource.Mode.MATCH_NONE, names = "ALIAS_.*|VERSION_.*")
    void aDeploymentThatIsKilledAfterAStepIsDoneOnceItIsCommittedAndElseNeverWas(DeployStep step) throws Exception {
        List<Path> folders = new ArrayList<>();
        for (int i = 0; i < DEPLOYMENTS.size(); i++) {
            folders.add(TestHost.copy(prepared, temporary.resolve("data-" + i)));
        }
        try (HostProcess child = new HostProcess(temporary, step.name(), folders)) {
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (int i = 0; i < folders.size(); i++) {
                answers.add(CLIENT.sendAsync(
                        DEPLOYMENTS.get(i).deployedTo(child.hosts().get(i)), BodyHandlers.ofByteArray()));
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
            Function deployed = DEPLOYMENTS.get(i);
            Map<String, Version> expected = new TreeMap<>(Map.of("old", OLD));
            if (step.compareTo(DeployStep.COMMITTED) >= 0) {
                expected.put(deployed.name(), deployed.version());
            }
            try (TestHost host = TestHost.start(folders.get(i), Limits.defaults())) {
                expectWhole(host, expected);
                // And nothing that was left is in the way of the same deployment.
                deploy(host, deployed);
                expected.put(deployed.name(), deployed.version());
                expectWhole(host, expected);
            }
        }
    }

    @Test
    void aHostThatIsKilledAtAnyTimeLosesNothingItAcknowledged() throws Exception {
        Random random = new Random(8);
        Path folder = TestHost.copy(prepared, temporary.resolve("data"));
        int number = 0;
        for (int round = 0; round < 8; round++) {
            AtomicInteger acknowledged = new AtomicInteger(number);
            try (HostProcess child = new HostProcess(temporary, HostProcess.NEVER, List.of(folder))) {
                long startNs = System.nanoTime();
                acknowledge(child, number + 1);
                long deploymentNs = System.nanoTime() - startNs;
                acknowledged.incrementAndGet();
                CompletableFuture<Void> deployments = CompletableFuture.runAsync(() -> {
                    // Until the host is gone.
                    while (true) {
                        acknowledge(child, acknowledged.get() + 1);
                        acknowledged.incrementAndGet();
                    }
                });
                // As long as two deployments take on this machine now, so that the kill falls into any part of one.
                long untilKilledNs = (long) (random.nextDouble() * 2 * deploymentNs);
                assertFalse(child.process().waitFor(untilKilledNs, TimeUnit.NANOSECONDS), child::said);
                child.kill();
                ExecutionException end = assertThrows(ExecutionException.class, deployments::get);
                assertTrue(end.getCause() instanceof UncheckedIOException, end::toString);
            }
            int last = acknowledged.get();
            try (TestHost host = TestHost.start(folder, Limits.defaults())) {
                String greeting = host.get("/v1/functions/old")
                        .expect(200)
                        .json()
                        .at("/config/greeting")
                        .asText();
                number = Integer.parseInt(greeting);
                assertTrue(number == last || number == last + 1, "acknowledged " + last + ", found " + number);
                expectWhole(host, Map.of("old", Version.number(number)));
                number++;
                deploy(host, new Function("old", Version.number(number)));
                expectWhole(host, Map.of("old", Version.number(number)));
            }
        }
    }

    private static void acknowledge(HostProcess child, int number) {
        try {
            HttpResponse<byte[]> response = CLIENT.send(
                    new Function("old", Version.number(number))
                            .deployedTo(child.hosts().getFirst()),
                    BodyHandlers.ofByteArray());
            new Answer(response).expect(200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void deploy(TestHost host, Function function) throws Exception {
        HttpResponse<byte[]> response =
                CLIENT.send(function.deployedTo(host.host().adminUri().toString()), BodyHandlers.ofByteArray());
        assertTrue(response.statusCode() == 200 || response.statusCode() == 201, () -> new Answer(response).text());
    }

    /** These functions, each with the component and the configuration that belong together, and nothing else in the folder. */
    private static void expectWhole(TestHost host, Map<String, Version> functions) throws Exception {
        JsonNode list = host.get("/v1/functions").expect(200).json().path("functions");
        assertEquals(List.copyOf(new TreeMap<>(functions).keySet()), list.findValuesAsText("name"));
        for (JsonNode listed : list) {
            String name = listed.path("name").asText();
            Version version = Objects.requireNonNull(functions.get(name));
            assertEquals(listed, host.get("/v1/functions/" + name).expect(200).json());
            assertEquals(
                    listed.path("version").asInt(),
                    listed.at("/aliases/live/0/version").asInt(),
                    name);
            assertEquals(version.digest().hex(), listed.path("digest").asText(), name);
            assertEquals(version.greeting(), listed.at("/config/greeting").asText(), name);
            assertEquals(
                    version.answer(),
                    host.get("/f/" + name + "/config?name=greeting").expect(200).text());
        }
        if (!functions.containsKey("new")) {
            host.get("/f/new").problem(404, "not-found");
            host.get("/v1/functions/new").problem(404, "not-found");
        }
        Set<String> components = new TreeSet<>();
        components.add(Digest.of(FreshMemoryCanary.component()).hex());
        for (String name : functions.keySet()) {
            JsonNode versions =
                    host.get("/v1/functions/" + name + "/versions").expect(200).json();
            components.addAll(versions.path("versions").findValuesAsText("digest"));
        }
        Path store = host.folder().resolve("store");
        assertEquals(components, names(store.resolve("components")));
        for (String engine : names(store.resolve("artifacts"))) {
            assertEquals(components, names(store.resolve("artifacts").resolve(engine)));
        }
        assertEquals(Set.of(), names(store.resolve("temporary")));
        assertEquals(Set.of(), names(host.folder().resolve("snapshots")), "nothing says that it is warmed up");
        Set<String> others = names(host.folder());
        others.removeAll(Set.of("lock", "store", "snapshots", "code-packs", "admin.key", "secrets.key", "audit.log"));
        // With what SQLite keeps beside a file that is open.
        others.removeIf(name -> name.matches("(catalog|events)\\.sqlite(-wal|-shm)?"));
        assertEquals(Set.of(), others);
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> folder.relativize(entry).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}

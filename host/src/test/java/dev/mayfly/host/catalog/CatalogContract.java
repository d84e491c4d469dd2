package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.linkercache.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What every {@link Catalog} keeps to. */
abstract class CatalogContract {
    /** The catalog under test, open and empty at first. */
    abstract Catalog catalog();

    /** Closes the catalog and opens it again. */
    abstract Catalog reopened();

    static DeployedFunction function(String name, String component, Map<String, String> config) {
        return new DeployedFunction(
                name,
                Digest.of(component),
                Integer.MAX_VALUE + 1L,
                42,
                true,
                List.of("mayfly:data/buffers@0.1.0 [method]buffer.length", "wasi:clocks/wall-clock@0.2.0 now"),
                List.of("mayfly:function/web-handler@0.1.0 handle"),
                FunctionSettings.NONE.withConfig(config),
                Instant.ofEpochMilli(1_700_000_000_123L),
                Instant.ofEpochMilli(1_700_000_001_456L));
    }

    @Test
    void isEmptyAtFirst() {
        assertEquals(List.of(), catalog().functions());
        assertEquals(Optional.empty(), catalog().find("a"));
    }

    @Test
    void givesBackEverythingAsItWasPut() {
        DeployedFunction function =
                function("a", "x", Map.of("name", "value", "Name", "", "ключ", "a=b\n\"'; DROP TABLE function; --"));
        catalog().put(function);
        assertEquals(Optional.of(function), catalog().find("a"));
        assertEquals(List.of(function), catalog().functions());
    }

    @Test
    void givesBackBindingsAndTopics() {
        DeployedFunction plain = function("a", "x", Map.of());
        DeployedFunction bound = new DeployedFunction(
                plain.name(),
                plain.component(),
                plain.componentBytes(),
                plain.artifactBytes(),
                plain.componentized(),
                plain.imports(),
                plain.exports(),
                plain.settings()
                        .withBindings(Map.of("db", "orders-db", "cache", "cache"))
                        .withTopics(new TreeSet<>(List.of("orders", "uploads"))),
                plain.createdAt(),
                plain.updatedAt());
        catalog().put(bound);
        assertEquals(Optional.of(bound), catalog().find("a"));
        catalog().put(plain);
        assertEquals(Optional.of(plain), catalog().find("a"));
    }

    @Test
    void givesBackEmptyListsAndNoConfiguration() {
        DeployedFunction bare = new DeployedFunction(
                "bare",
                Digest.of("x"),
                0,
                0,
                false,
                List.of(),
                List.of(),
                FunctionSettings.NONE,
                Instant.EPOCH,
                Instant.EPOCH);
        catalog().put(bare);
        assertEquals(Optional.of(bare), catalog().find("bare"));
    }

    @Test
    void replacesAFunctionAsAWhole() {
        catalog().put(function("a", "old", Map.of("only", "in the old one")));
        DeployedFunction replacement = function("a", "new", Map.of("other", "1"));
        catalog().put(replacement);
        assertEquals(List.of(replacement), catalog().functions());
    }

    @Test
    void listsByName() {
        for (String name : List.of("b", "a-b", "a", "ab", "0")) {
            catalog().put(function(name, name, Map.of()));
        }
        assertEquals(
                List.of("0", "a", "a-b", "ab", "b"),
                catalog().functions().stream().map(DeployedFunction::name).toList());
    }

    @Test
    void removesOnlyWhatIsNamed() {
        catalog().put(function("a", "x", Map.of("k", "v")));
        catalog().put(function("b", "x", Map.of("k", "v")));
        assertTrue(catalog().remove("a"));
        assertFalse(catalog().remove("a"));
        assertEquals(List.of(function("b", "x", Map.of("k", "v"))), catalog().functions());
    }

    @Test
    void removesAFunctionsConfigurationWithIt() {
        catalog().put(function("a", "x", Map.of("k", "v")));
        catalog().remove("a");
        DeployedFunction bare = function("a", "x", Map.of());
        catalog().put(bare);
        assertEquals(Optional.of(bare), catalog().find("a"));
    }

    @Test
    void remembers() {
        catalog().put(function("a", "x", Map.of("k", "v")));
        catalog().put(function("b", "y", Map.of()));
        catalog().remove("b");
        assertEquals(List.of(function("a", "x", Map.of("k", "v"))), reopened().functions());
    }

    @Test
    void servesManyThreads() throws InterruptedException {
        Catalog catalog = catalog();
        int threads = 8;
        List<Thread> writers = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(threads);
        for (int thread = 0; thread < threads; thread++) {
            String name = "f" + thread;
            writers.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < 20; i++) {
                    catalog.put(function(name, name + i, Map.of("i", Integer.toString(i))));
                    if (!catalog.find(name)
                            .equals(Optional.of(function(name, name + i, Map.of("i", Integer.toString(i)))))) {
                        return;
                    }
                }
                done.countDown();
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertEquals(0, done.getCount(), "writers that read something else than they wrote");
        assertEquals(threads, catalog.functions().size());
    }
}

package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.catalog.Alias.Target;
import dev.mayfly.host.catalog.Catalog.AliasId;
import dev.mayfly.host.catalog.Catalog.VersionId;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.snapshots.Warmup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link Catalog} keeps to. */
abstract class CatalogContract {
    static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_123L);
    static final Duration DAY = Duration.ofDays(1);

    /** The catalog under test, open and empty at first. */
    abstract Catalog catalog();

    /** Closes the catalog and opens it again. */
    abstract Catalog reopened();

    static FunctionVersion version(String function, int number, FunctionSettings settings) {
        Digest component = Digest.of(function + number);
        return new FunctionVersion(
                function,
                number,
                FunctionVersion.digest(component, settings),
                component,
                Integer.MAX_VALUE + 1L,
                42,
                true,
                List.of("mayfly:data/buffers@0.1.0 [method]buffer.length", "wasi:clocks/wall-clock@0.2.0 now"),
                List.of("mayfly:function/web-handler@0.1.0 handle"),
                settings,
                NOW);
    }

    static FunctionVersion version(String function, int number) {
        return version(function, number, FunctionSettings.NONE.withConfig(Map.of("number", "" + number)));
    }

    /** Adds versions 1 to {@code count}, with live at the last. */
    static void deploy(Catalog catalog, String function, int count) {
        for (int number = 1; number <= count; number++) {
            catalog.add(version(function, number), Alias.of(function, "live", number, NOW));
        }
    }

    static StoredFunction stored(String function, int count) {
        return new StoredFunction(
                function,
                NOW,
                IntStream.rangeClosed(1, count)
                        .mapToObj(number -> version(function, number))
                        .toList(),
                List.of(Alias.of(function, "live", count, NOW)));
    }

    private static final Cors CORS = new Cors(
            new TreeSet<>(List.of("https://app.example.com")),
            new TreeSet<>(List.of("PUT")),
            new TreeSet<>(List.of("content-type")),
            Duration.ofMinutes(10));

    @Test
    void isEmptyAtFirst() {
        assertEquals(List.of(), catalog().functions());
        assertEquals(Optional.empty(), catalog().find("a"));
        assertEquals(1, catalog().nextVersion("a"));
    }

    @Test
    void givesBackEverythingAsItWasAdded() {
        FunctionVersion version = version(
                "a",
                1,
                new FunctionSettings(
                        Map.of("name", "value", "Name", "", "ключ", "a=b\n\"'; DROP TABLE function; --"),
                        Map.of("db", "orders-db", "cache", "cache"),
                        new TreeSet<>(List.of("orders", "uploads")),
                        FunctionLimits.parse(Map.of("memory-bytes", "2MiB", "cpu-time", "50ms")),
                        true,
                        Map.of("stripe", "stripe-key"),
                        true,
                        CORS,
                        Warmup.DEFAULT));
        Alias alias = Alias.of("a", "live", 1, NOW);
        catalog().add(version, alias);
        StoredFunction expected = new StoredFunction("a", NOW, List.of(version), List.of(alias));
        assertEquals(Optional.of(expected), catalog().find("a"));
        assertEquals(List.of(expected), catalog().functions());
    }

    @Test
    void givesBackEmptyListsAndNoSettings() {
        FunctionVersion bare = new FunctionVersion(
                "bare",
                1,
                Digest.of("v"),
                Digest.of("x"),
                0,
                0,
                false,
                List.of(),
                List.of(),
                FunctionSettings.NONE,
                NOW);
        catalog().add(bare, null);
        assertEquals(
                Optional.of(new StoredFunction("bare", NOW, List.of(bare), List.of())),
                catalog().find("bare"));
    }

    @Test
    void givesBackACanaryWithItsRule() {
        deploy(catalog(), "a", 2);
        Alias canary = new Alias(
                "a",
                "live",
                List.of(new Target(1, 95), new Target(2, 5)),
                new Sticky(Sticky.Kind.COOKIE, "session"),
                new Rollout(2, Duration.ofMinutes(10), 0.01, Duration.ofNanos(50_500_000), 100, NOW),
                NOW);
        catalog().put(canary, "a canary");
        assertEquals(List.of(canary), catalog().find("a").orElseThrow().aliases());
        assertEquals(List.of(canary), reopened().find("a").orElseThrow().aliases());
        Alias plain = Alias.of("a", "live", 1, NOW);
        catalog().put(plain, "no canary");
        assertEquals(List.of(plain), catalog().find("a").orElseThrow().aliases());
    }

    @Test
    void remembersHowLongACanaryHasBeenTriedUntilItsAliasIsPutAnew() {
        deploy(catalog(), "a", 2);
        Alias canary = new Alias(
                "a",
                "live",
                List.of(new Target(1, 95), new Target(2, 5)),
                null,
                new Rollout(2, Duration.ofMinutes(10), 0.01, Duration.ZERO, 100, NOW),
                NOW);
        catalog().put(canary, "a canary");
        AliasId id = new AliasId("a", "live");
        assertEquals(Map.of(id, Duration.ZERO), catalog().tried());
        catalog().tried(Map.of(id, Duration.ofMillis(61_001), new AliasId("a", "gone"), Duration.ofDays(1)));
        assertEquals(Map.of(id, Duration.ofMillis(61_001)), reopened().tried());
        catalog().put(canary, "the same once more");
        assertEquals(Map.of(id, Duration.ZERO), catalog().tried());
        catalog().put(Alias.of("a", "live", 1, NOW), "no canary");
        assertEquals(Map.of(), catalog().tried());
    }

    @Test
    void listsFunctionsByNameAndVersionsByNumber() {
        for (String name : List.of("b", "a-b", "a", "tenant/a", "ab", "0")) {
            deploy(catalog(), name, 12);
        }
        assertEquals(
                List.of("0", "a", "a-b", "ab", "b", "tenant/a"),
                catalog().functions().stream().map(StoredFunction::name).toList());
        assertEquals(stored("a-b", 12), catalog().functions().get(2));
    }

    @Test
    void noNumberIsUsedAgain() {
        deploy(catalog(), "a", 3);
        catalog().put(Alias.of("a", "live", 1, NOW), "back");
        assertTrue(catalog().removeVersion("a", 3));
        assertEquals(4, catalog().nextVersion("a"));
        assertThrows(MayflyException.Conflict.class, () -> catalog().add(version("a", 3), null));
        assertEquals(4, reopened().nextVersion("a"));
    }

    @Test
    void aVersionOfTheSameDigestIsRefused() {
        deploy(catalog(), "a", 1);
        FunctionVersion one = version("a", 1);
        FunctionVersion twin = new FunctionVersion(
                "a", 2, one.digest(), one.component(), 1, 1, false, List.of(), List.of(), one.settings(), NOW);
        assertThrows(MayflyException.Conflict.class, () -> catalog().add(twin, Alias.of("a", "live", 2, NOW)));
        assertEquals(List.of(stored("a", 1)), catalog().functions());
        assertEquals(2, catalog().nextVersion("a"));
    }

    @Test
    void aVersionThatAnAliasPointsToStays() {
        deploy(catalog(), "a", 2);
        String message = assertThrows(
                        MayflyException.Conflict.class, () -> catalog().removeVersion("a", 2))
                .safeMessage();
        assertTrue(message.contains("live"), message);
        assertTrue(catalog().removeVersion("a", 1));
        assertFalse(catalog().removeVersion("a", 1));
        assertFalse(catalog().removeVersion("b", 1));
    }

    @Test
    void anAliasPointsToNothingThatIsNotThere() {
        deploy(catalog(), "a", 1);
        assertThrows(
                MayflyException.NotFound.class, () -> catalog().put(Alias.of("a", "staging", 2, NOW), "too early"));
        assertThrows(MayflyException.NotFound.class, () -> catalog().put(Alias.of("b", "live", 1, NOW), "nothing"));
        assertEquals(List.of(stored("a", 1)), catalog().functions());
    }

    @Test
    void anAliasHasAHistoryOfBoundedLength() {
        deploy(catalog(), "a", 2);
        assertEquals(
                List.of("deployed version 2", "deployed version 1"),
                catalog().changes("a", "live").stream().map(AliasChange::reason).toList());
        for (int i = 1; i <= Catalog.ALIAS_CHANGE_COUNT_MAX; i++) {
            catalog().put(Alias.of("a", "live", 1 + i % 2, NOW.plusSeconds(i)), "change " + i);
        }
        List<AliasChange> changes = reopened().changes("a", "live");
        assertEquals(Catalog.ALIAS_CHANGE_COUNT_MAX, changes.size());
        assertEquals("change 1", changes.getLast().reason());
        assertEquals(
                new AliasChange(
                        2 + Catalog.ALIAS_CHANGE_COUNT_MAX,
                        NOW.plusSeconds(Catalog.ALIAS_CHANGE_COUNT_MAX),
                        "change " + Catalog.ALIAS_CHANGE_COUNT_MAX,
                        List.of(new Target(1, 100))),
                changes.getFirst());
        assertEquals(List.of(), catalog().changes("a", "other"));
    }

    @Test
    void anAliasIsRemovedWithItsHistory() {
        deploy(catalog(), "a", 1);
        catalog().put(Alias.of("a", "staging", 1, NOW), "for a while");
        assertTrue(catalog().removeAlias("a", "staging"));
        assertFalse(catalog().removeAlias("a", "staging"));
        assertEquals(List.of(stored("a", 1)), catalog().functions());
        assertEquals(List.of(), catalog().changes("a", "staging"));
    }

    @Test
    void aVersionIsIdleOnceNobodyDeployedInvokedOrPointedToItForLong() {
        deploy(catalog(), "a", 4);
        Instant later = NOW.plus(DAY);
        catalog().invoked(Map.of(new VersionId("a", 2), later, new VersionId("gone", 1), later));
        catalog().put(Alias.of("a", "staging", 3, NOW), "for a while");
        assertEquals(Map.of(2, later), reopened().lastInvoked("a"));
        assertEquals(List.of(), catalog().idleSince(NOW, 10));
        assertEquals(List.of(new VersionId("a", 1)), catalog().idleSince(NOW.plusMillis(1), 10));
        assertEquals(
                List.of(new VersionId("a", 1), new VersionId("a", 2)), catalog().idleSince(later.plusMillis(1), 10));
        assertEquals(1, catalog().idleSince(later.plusMillis(1), 1).size());
        catalog().put(Alias.of("a", "staging", 4, later.plus(DAY)), "3 was pointed to until now");
        assertEquals(
                List.of(new VersionId("a", 1), new VersionId("a", 2)), catalog().idleSince(later.plus(DAY), 10));
        assertEquals(3, catalog().idleSince(later.plus(DAY).plusMillis(1), 10).size());
    }

    @Test
    void removesAFunctionWithAllItHas() {
        deploy(catalog(), "a", 3);
        deploy(catalog(), "b", 2);
        assertTrue(catalog().remove("a"));
        assertFalse(catalog().remove("a"));
        assertEquals(List.of(stored("b", 2)), catalog().functions());
        assertEquals(1, catalog().nextVersion("a"));
        assertEquals(List.of(), catalog().changes("a", "live"));
    }

    @Test
    void remembers() {
        deploy(catalog(), "a", 2);
        deploy(catalog(), "b", 1);
        catalog().remove("b");
        assertEquals(List.of(stored("a", 2)), reopened().functions());
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
                for (int number = 1; number <= 20; number++) {
                    catalog.add(version(name, number), Alias.of(name, "live", number, NOW));
                    if (!catalog.find(name).equals(Optional.of(stored(name, number)))) {
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

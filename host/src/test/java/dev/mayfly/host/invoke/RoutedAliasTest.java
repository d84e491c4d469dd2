package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.Alias.Target;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.memorypool.TenantShares;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which version a call gets. Routes here have no function table: nothing is called. */
@SuppressWarnings("NullAway")
final class RoutedAliasTest {
    private static final int CALLS = 100_000;

    /** Three versions and live with the given targets. */
    private static RoutedAlias live(Target... targets) {
        CallLimits limits = CallLimits.of(Limits.defaults(), FunctionLimits.NONE);
        TenantShares shares = new TenantShares(1, Map.of());
        RoutedFunction function = RoutedFunction.of("f", Instant.EPOCH, limits, shares.of("default"));
        for (int number = 1; number <= 3; number++) {
            function = function.with(version(number), null, Map.of(), limits);
        }
        Alias alias = new Alias("f", "live", List.of(targets), null, null, Instant.EPOCH);
        return function.with(alias).aliases().get("live");
    }

    private static FunctionVersion version(int number) {
        Digest digest = Digest.of("" + number);
        return new FunctionVersion(
                "f", number, digest, digest, 0, 0, false, List.of(), List.of(), FunctionSettings.NONE, Instant.EPOCH);
    }

    private static Map<Integer, Integer> counted(IntFunction<Route> choose) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int i = 0; i < CALLS; i++) {
            counts.merge(choose.apply(i).version().number(), 1, Integer::sum);
        }
        return counts;
    }

    private static void expectShare(double share, int calls) {
        assertEquals(share, (double) calls / CALLS, 0.01);
    }

    @Test
    void oneTargetGetsAllCalls() {
        RoutedAlias alias = live(new Target(2, 7));
        assertEquals(Map.of(2, CALLS), counted(i -> alias.draw()));
        assertEquals(Map.of(2, CALLS), counted(i -> alias.of("caller-" + i)));
    }

    @Test
    void everyTargetGetsItsShareOfTheCalls() {
        RoutedAlias alias = live(new Target(1, 95), new Target(2, 5));
        Map<Integer, Integer> counts = counted(i -> alias.draw());
        expectShare(0.95, counts.get(1));
        expectShare(0.05, counts.get(2));
    }

    @Test
    void everyTargetGetsItsShareOfTheCallersWhateverTheyAreCalled() {
        RoutedAlias alias = live(new Target(1, 60), new Target(2, 30), new Target(3, 10));
        for (String form : List.of("%d", "session-%08x", "user%d@example.com")) {
            Map<Integer, Integer> counts = counted(i -> alias.of(String.format(form, i)));
            expectShare(0.6, counts.get(1));
            expectShare(0.3, counts.get(2));
            expectShare(0.1, counts.get(3));
        }
    }

    @Test
    void aCallerStaysWithItsVersion() {
        RoutedAlias alias = live(new Target(1, 50), new Target(2, 50));
        RoutedAlias same = live(new Target(1, 50), new Target(2, 50));
        for (int i = 0; i < 1_000; i++) {
            assertSame(alias.of("caller-" + i), alias.of("caller-" + i));
            assertEquals(
                    alias.of("caller-" + i).version().number(),
                    same.of("caller-" + i).version().number(),
                    "after a restart");
        }
    }

    @Test
    void aCanaryThatGrowsKeepsItsCallers() {
        RoutedAlias small = live(new Target(1, 95), new Target(2, 5));
        RoutedAlias large = live(new Target(1, 50), new Target(2, 50));
        assertTrue(IntStream.range(0, CALLS)
                .mapToObj(i -> "caller-" + i)
                .filter(caller -> small.of(caller).version().number() == 2)
                .allMatch(caller -> large.of(caller).version().number() == 2));
    }
}

package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InvocationIdsTest {
    private final long beforeMs = System.currentTimeMillis();
    private final InvocationIds ids = new InvocationIds();

    @Test
    void are26CharactersOfCrockfordsBase32() {
        String id = ids.next();
        assertTrue(id.matches("[0-9A-HJKMNP-TV-Z]{26}"), id);
    }

    @Test
    void startWithTheTimeOfTheHostsStart() {
        String id = ids.next();
        long afterMs = System.currentTimeMillis();
        long ms = 0;
        for (char c : id.substring(0, 10).toCharArray()) {
            ms = ms * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(c);
        }
        assertTrue(beforeMs <= ms && ms <= afterMs, beforeMs + " <= " + ms + " <= " + afterMs);
    }

    @Test
    void sortByTime() {
        String before = ids.next();
        for (int i = 0; i < 100_000; i++) {
            String id = ids.next();
            assertTrue(before.compareTo(id) < 0, before + " then " + id);
            before = id;
        }
    }

    @Test
    void ofAnotherStartDiffer() {
        assertNotEquals(ids.next().substring(10, 16), new InvocationIds().next().substring(10, 16));
    }

    @Test
    void areUniqueOverThreads() throws Exception {
        int threads = 4;
        int each = 50_000;
        Set<String> all = new HashSet<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Callable<List<String>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                tasks.add(() -> {
                    List<String> made = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        made.add(ids.next());
                    }
                    return made;
                });
            }
            for (Future<List<String>> made : executor.invokeAll(tasks)) {
                all.addAll(made.get());
            }
        }
        assertEquals(threads * each, all.size());
    }
}

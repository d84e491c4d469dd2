package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** No function harms the JVM that it runs in: both live by memory faults, on the same threads. */
class JvmBesideFunctionsTest {
    private static final class Box {
        private int value = 1;
    }

    /** One that the JVM checks for null by the memory fault it would make: null is too rare for a check. */
    private static int sum(Box[] boxes) {
        int sum = 0;
        for (Box box : boxes) {
            sum += box.value;
        }
        return sum;
    }

    private static int deeper(int depth) {
        return depth < 0 ? 0 : 1 + deeper(depth + 1) % 7;
    }

    /** Uses what the JVM does by memory faults and by stopping its threads; returns how often. */
    private static int useTheJvm(AtomicBoolean stop) {
        Box[] boxes = new Box[1_000];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = new Box();
        }
        Box[] hole = boxes.clone();
        hole[hole.length - 1] = null;
        int rounds = 0;
        while (!stop.get()) {
            for (int i = 0; i < 200; i++) {
                assertEquals(boxes.length, sum(boxes));
            }
            expectThrown(NullPointerException.class, () -> sum(hole));
            expectThrown(StackOverflowError.class, () -> deeper(0));
            List<byte[]> garbage = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                garbage.add(new byte[10_000]);
            }
            assertEquals(500, garbage.size());
            System.gc();
            rounds++;
        }
        return rounds;
    }

    private interface Body {
        int run();
    }

    private static void expectThrown(Class<? extends Throwable> expected, Body body) {
        try {
            int result = body.run();
            throw new AssertionError("no " + expected.getSimpleName() + " but " + result);
        } catch (NullPointerException | StackOverflowError e) {
            assertEquals(expected, e.getClass());
        }
    }

    @Test
    void nullChecksStackOverflowsAndCollectionsWorkWhileFunctionsTrap() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool();
                ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
                TestHost host = TestHost.start()) {
            host.deploy("probe", "probe");
            List<Future<Integer>> counts = new ArrayList<>();
            // Functions run on virtual threads: Java has to work on the same carriers as well as beside them.
            counts.add(threads.submit(() -> useTheJvm(stop)));
            counts.add(virtualThreads.submit(() -> useTheJvm(stop)));
            for (int i = 0; i < 2; i++) {
                counts.add(threads.submit(() -> {
                    int traps = 0;
                    while (!stop.get()) {
                        for (String path : List.of("oob", "recurse", "unreachable", "panic")) {
                            host.get("/f/probe/" + path).problem(500, "function-trapped");
                            traps++;
                        }
                    }
                    return traps;
                }));
            }
            try {
                long endNs = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                Waiting.until("two seconds are over", () -> System.nanoTime() > endNs);
            } finally {
                stop.set(true);
            }
            for (Future<Integer> count : counts) {
                assertTrue(count.get() > 0, counts::toString);
            }
            assertEquals(0, host.metric("mayfly_engine_panics_total"));
            assertEquals("clean", host.get("/f/probe/dirty").expect(200).text());
        }
    }
}

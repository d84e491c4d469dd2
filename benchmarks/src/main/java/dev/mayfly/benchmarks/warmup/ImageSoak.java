package dev.mayfly.benchmarks.warmup;

import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.host.Mayfly;
import dev.mayfly.host.Request;
import dev.mayfly.snapshots.Warmup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Calls of a function that answers with a number which follows from every byte of its memory, then overwrites all of it: each must answer the same. */
public final class ImageSoak {
    private static final String NAME = "image";
    private static final int THREAD_COUNT = Runtime.getRuntime().availableProcessors();
    private static final long PROGRESS_CALLS = 100_000;

    private ImageSoak() {}

    /**
     * Makes so many calls, on a thread a processor.
     *
     * @param component the guest {@code image}
     * @param folder for the host's data
     */
    public static Target run(Path component, Path folder, long callCount, Consumer<String> progress) throws Exception {
        try (Mayfly mayfly = Mayfly.builder().dataFolder(folder).build()) {
            deploy(mayfly, component);
            String first = mayfly.invoke(NAME, Request.get("/")).text();
            AtomicLong left = new AtomicLong(callCount);
            AtomicLong different = new AtomicLong();
            long startNs = System.nanoTime();
            try (ExecutorService threads = Executors.newFixedThreadPool(THREAD_COUNT)) {
                List<Future<?>> runs = new ArrayList<>();
                for (int thread = 0; thread < THREAD_COUNT; thread++) {
                    runs.add(threads.submit(() -> {
                        for (long number = left.getAndDecrement(); number > 0; number = left.getAndDecrement()) {
                            if (!mayfly.invoke(NAME, Request.get("/")).text().equals(first)) {
                                different.incrementAndGet();
                            }
                            if (number % PROGRESS_CALLS == 0) {
                                progress.accept("images: " + number + " calls left");
                            }
                        }
                    }));
                }
                for (Future<?> run : runs) {
                    run.get();
                }
            }
            progress.accept(String.format(
                    Locale.ROOT,
                    "%d restored calls that each overwrote all their memory in %.0f s; the image's number is %s",
                    callCount,
                    (System.nanoTime() - startNs) / 1e9,
                    first));
            return Target.atMost("restored calls that began with other bytes", (double) different.get(), 0);
        }
    }

    private static void deploy(Mayfly mayfly, Path component) throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(component)) {
            mayfly.deploy(NAME, in, Mayfly.Settings.NONE.withWarmup(Warmup.DEFAULT));
        }
        WarmupBench.snapshot(mayfly, NAME);
    }
}

package dev.mayfly.benchmarks.worlds;

import dev.mayfly.benchmarks.measure.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that read events, each on a connection of its own, all at the same time. An event's id is its number from 0 on. */
final class EventClients {
    private static final String ID = "id: ";

    /**
     * What came of it.
     *
     * @param gaps from one event of a client to its next
     * @param received events that came in their place, over all clients
     */
    record Result(Sample gaps, long received) {}

    private EventClients() {}

    /**
     * Has each of them read to the end.
     *
     * @param events answers with so many of them
     */
    static Result read(URI events, int clients) throws IOException, InterruptedException {
        Sample all = new Sample();
        long received = 0;
        long startNs = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Result>> futures = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                futures.add(threads.submit(() -> read(events)));
            }
            for (Future<Result> future : futures) {
                Result one = future.get();
                all.add(one.gaps);
                received += one.received;
            }
        } catch (ExecutionException e) {
            throw new IOException("a client of events failed: " + e.getCause(), e.getCause());
        }
        all.addElapsed(System.nanoTime() - startNs);
        return new Result(all, received);
    }

    private static Result read(URI events) throws IOException {
        Sample gaps = new Sample();
        long received = 0;
        long lastNs = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(events.toURL().openStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(ID + received)) {
                    long nowNs = System.nanoTime();
                    if (received > 0) {
                        gaps.record(nowNs - lastNs);
                    }
                    lastNs = nowNs;
                    received++;
                }
            }
        }
        return new Result(gaps, received);
    }
}

package dev.mayfly.benchmarks.measure;

import dev.mayfly.benchmarks.fresh.MayflyContender;
import dev.mayfly.benchmarks.hostcalls.HostCallsContender;
import dev.mayfly.benchmarks.peers.EndiveContender;
import dev.mayfly.benchmarks.peers.WasmtimeJavaContender;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A worker's process: measures what it is told to.
 *
 * <pre>
 *   &lt;- ready                                   once
 *   -&gt; run workload threads nanoseconds
 *   &lt;- done elapsedNs calls latency:count …    or: failed why
 * </pre>
 *
 * <p>The end of its input ends it, with exit code 1 when something was missing then. The native worker ({@code benchmarks/native}) speaks the same.
 */
public final class WorkerMain {
    private WorkerMain() {}

    /**
     * Serves until the input ends.
     *
     * @param args the contender's name, and the folder with the guests
     */
    public static void main(String[] args) throws Exception {
        Path guests = Path.of(args[1]);
        try (Contender contender = contender(args[0], guests)) {
            serve(contender, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
        }
    }

    private static Contender contender(String name, Path guests) throws Exception {
        return switch (name) {
            case "mayfly" -> MayflyContender.open(guests);
            case "host-calls" -> HostCallsContender.open(guests);
            case "wasmtime-java" -> WasmtimeJavaContender.open(guests);
            case "endive" -> EndiveContender.open(guests);
            default -> throw new IllegalArgumentException("there is no contender " + name);
        };
    }

    static void serve(Contender contender, BufferedReader in, PrintStream out) throws IOException {
        out.println("ready");
        out.flush();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(contender, line));
            out.flush();
        }
    }

    private static String answer(Contender contender, String line) {
        try {
            String[] words = line.split(" ", -1);
            if (words.length != 4 || !words[0].equals("run")) {
                throw new IllegalArgumentException("expected run <workload> <threads> <nanoseconds>, got " + line);
            }
            String name = words[1];
            Sample sample = ClosedLoop.run(
                    contender.threads(name),
                    Integer.parseInt(words[2]),
                    Long.parseLong(words[3]),
                    () -> contender.workload(name));
            return "done " + sample.encode();
        } catch (Exception e) {
            return "failed " + e.toString().replaceAll("\\s+", " ");
        }
    }
}

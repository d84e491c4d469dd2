package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.RowsJson;
import dev.mayfly.benchmarks.report.Table;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the comparing benchmarks have in common: how long, and where to. */
final class Output {
    @Option(names = "--quick", description = "At most 45 seconds: enough to see where things stand, not to publish.")
    boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows there as a JSON array too.")
    @Nullable
    Path json;

    /** Results go to standard output, what happens meanwhile to standard error. */
    void progress(String line) {
        System.err.println("bench: " + line);
    }

    void print(List<Row> rows, List<Target> targets) throws IOException {
        System.out.println();
        System.out.println(Table.of(rows));
        for (Target target : targets) {
            System.out.println(target);
        }
        if (json != null) {
            RowsJson.write(json, rows);
        }
    }
}

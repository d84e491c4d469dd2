package dev.mayfly.benchmarks.report;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Rows as a JSON array of {@code {name, p50Ns, p90Ns, p99Ns, p999Ns, p9999Ns, perSecond, ratio}}. */
public final class RowsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private RowsJson() {}

    public static void write(Path file, List<Row> rows) throws IOException {
        ArrayNode array = MAPPER.createArrayNode();
        for (Row row : rows) {
            array.addObject()
                    .put("name", row.name())
                    .put("p50Ns", row.p50Ns())
                    .put("p90Ns", row.p90Ns())
                    .put("p99Ns", row.p99Ns())
                    .put("p999Ns", row.p999Ns())
                    .put("p9999Ns", row.p9999Ns())
                    .put("perSecond", row.perSecond())
                    .put("ratio", row.ratio());
        }
        MAPPER.writeValue(file.toFile(), array);
    }
}

package dev.mayfly.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsJsonTest {
    @Test
    void rowsAreAnArrayOfObjectsWithTheFieldsThatProgramsKnow(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("rows.json");
        RowsJson.write(file, List.of(new Row("native", 1, 2, 3, 4, 5, 1.5, 6.5, 1.25)));

        JsonNode rows = new ObjectMapper().readTree(file.toFile());
        assertEquals(1, rows.size());
        List<String> names = new ArrayList<>();
        rows.get(0).fieldNames().forEachRemaining(names::add);
        assertEquals(List.of("name", "p50Ns", "p90Ns", "p99Ns", "p999Ns", "p9999Ns", "perSecond", "ratio"), names);
        assertEquals("native", rows.get(0).get("name").textValue());
        assertEquals(5, rows.get(0).get("p9999Ns").longValue());
        assertEquals(6.5, rows.get(0).get("perSecond").doubleValue());
        assertEquals(1.25, rows.get(0).get("ratio").doubleValue());
    }
}

package dev.mayfly.host.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The custom section in which tools leave their names, as the <a
 * href="https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md">tool conventions</a> have it: fields such as
 * {@code language} and {@code processed-by}, each with names and versions.
 */
final class ProducersSection {
    static final String NAME = "producers";

    /** Of a field's name, a tool's name or its version; a section with a longer one is passed over. */
    static final int TEXT_BYTES_MAX = 256;

    /** Tools over all fields and modules; what more there is, is left out. */
    static final int TOOL_COUNT_MAX = 100;

    private record Entry(String field, String tool) {}

    private ProducersSection() {}

    /**
     * Adds what a section says to what others said before.
     *
     * @param section behind its name
     * @param tools by field, in the order found, each once
     * @throws WasmReader.Malformed when it isn't such a section; nothing was added then
     */
    static void read(WasmReader section, Map<String, List<String>> tools) throws WasmReader.Malformed {
        int room = TOOL_COUNT_MAX - tools.values().stream().mapToInt(List::size).sum();
        List<Entry> entries = new ArrayList<>();
        for (long fields = section.number(); fields > 0; fields--) {
            String field = section.text(TEXT_BYTES_MAX);
            for (long values = section.number(); values > 0; values--) {
                String tool = (section.text(TEXT_BYTES_MAX) + " " + section.text(TEXT_BYTES_MAX)).strip();
                if (entries.size() < room) {
                    entries.add(new Entry(field, tool));
                }
            }
        }
        for (Entry entry : entries) {
            List<String> known = tools.computeIfAbsent(entry.field(), any -> new ArrayList<>());
            if (!known.contains(entry.tool())) {
                known.add(entry.tool());
            }
        }
    }
}

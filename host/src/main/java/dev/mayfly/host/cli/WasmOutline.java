package dev.mayfly.host.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a file says of itself, before anything is compiled: read from bytes that nobody has checked, up to where they stop making sense. Whether they
 * make sense is for the compiler to say.
 *
 * @param memories of all its modules
 * @param producers the tools that made it, by {@link ProducersSection} field
 */
record WasmOutline(Kind kind, List<Memory> memories, Map<String, List<String>> producers) {
    /** Components and modules within one another; what is deeper isn't looked at. */
    static final int DEPTH_MAX = 16;

    /** Of memories; a function that runs has fewer. */
    static final int MEMORY_COUNT_MAX = 100;

    private static final byte[] MAGIC = {0, 'a', 's', 'm'};
    private static final int HEADER_BYTES = 8;
    private static final int SECTION_NAME_BYTES_MAX = 1024;
    private static final int CUSTOM = 0;
    private static final int COMPONENT_MODULE = 1;
    private static final int COMPONENT_COMPONENT = 4;
    private static final int MODULE_MEMORY = 5;

    private static final int MEMORY_HAS_MAX = 1;
    private static final int MEMORY_HAS_PAGE_SIZE = 8;
    private static final int PAGE_BITS = 16;

    /** What a file is, by its first bytes. */
    enum Kind {
        COMPONENT,
        CORE_MODULE,
        TEXT,
        NOT_WEBASSEMBLY;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A linear memory.
     *
     * @param bytes that it starts with
     * @param bytesMax that it may grow to; {@link Long#MAX_VALUE} where it doesn't say
     */
    record Memory(long bytes, long bytesMax) {}

    WasmOutline {
        memories = List.copyOf(memories);
        producers = Collections.unmodifiableMap(producers);
    }

    static WasmOutline of(byte[] file) {
        Kind kind = kind(file);
        Sections found = new Sections();
        if (kind == Kind.COMPONENT || kind == Kind.CORE_MODULE) {
            try {
                WasmReader reader = new WasmReader(file);
                reader.take(HEADER_BYTES);
                found.read(reader, kind == Kind.COMPONENT, 1);
            } catch (WasmReader.Malformed end) {
                // What was found up to here is what there is.
            }
        }
        return new WasmOutline(kind, found.memories, found.producers);
    }

    private static Kind kind(byte[] file) {
        if (file.length >= HEADER_BYTES && startsWithMagic(file)) {
            // The version's upper half is the layer: 0 = a module, 1 = a component.
            return file[6] == 0 && file[7] == 0 ? Kind.CORE_MODULE : Kind.COMPONENT;
        }
        String start =
                new String(file, 0, Math.min(file.length, SECTION_NAME_BYTES_MAX), StandardCharsets.UTF_8).strip();
        return start.startsWith("(") || start.startsWith(";;") ? Kind.TEXT : Kind.NOT_WEBASSEMBLY;
    }

    private static boolean startsWithMagic(byte[] file) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (file[i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /** What was found so far. */
    private static final class Sections {
        private final List<Memory> memories = new ArrayList<>();
        private final Map<String, List<String>> producers = new LinkedHashMap<>();

        private void read(WasmReader reader, boolean isComponent, int depth) throws WasmReader.Malformed {
            while (reader.hasMore()) {
                int id = reader.u8();
                WasmReader section = reader.take(reader.number());
                if (id == CUSTOM) {
                    readCustom(section);
                } else if (isComponent && (id == COMPONENT_MODULE || id == COMPONENT_COMPONENT) && depth < DEPTH_MAX) {
                    section.take(HEADER_BYTES);
                    read(section, id == COMPONENT_COMPONENT, depth + 1);
                } else if (!isComponent && id == MODULE_MEMORY) {
                    readMemories(section);
                }
            }
        }

        private void readCustom(WasmReader section) {
            try {
                if (section.text(SECTION_NAME_BYTES_MAX).equals(ProducersSection.NAME)) {
                    ProducersSection.read(section, producers);
                }
            } catch (WasmReader.Malformed ignored) {
                // As the specification has it: custom sections have no say in whether a file is right.
            }
        }

        private void readMemories(WasmReader section) throws WasmReader.Malformed {
            for (long count = section.number(); count > 0 && memories.size() < MEMORY_COUNT_MAX; count--) {
                int flags = section.u8();
                long pages = section.number();
                long pagesMax = (flags & MEMORY_HAS_MAX) == 0 ? Long.MAX_VALUE : section.number();
                int pageBits = (flags & MEMORY_HAS_PAGE_SIZE) == 0 ? PAGE_BITS : section.u8();
                memories.add(new Memory(bytes(pages, pageBits), bytes(pagesMax, pageBits)));
            }
        }

        private static long bytes(long pages, int pageBits) {
            return pages > Long.MAX_VALUE >> Math.min(pageBits, Long.SIZE - 1) ? Long.MAX_VALUE : pages << pageBits;
        }
    }
}

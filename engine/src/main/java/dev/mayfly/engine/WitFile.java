package dev.mayfly.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a WIT file has, as the engine's own parser reads it.
 *
 * @param interfaces those of the file's package, in its order
 */
public record WitFile(List<Interface> interfaces) {
    private static final int TEXT_BYTES_MAX = 1 << 20;
    private static final int READING_S_MAX = 30;

    public WitFile {
        interfaces = List.copyOf(interfaces);
    }

    /**
     * An interface of the file.
     *
     * @param id with package and version: {@code shop:pricing/catalog@0.1.0}
     */
    public record Interface(String id, List<Function> functions) {
        public Interface {
            functions = List.copyOf(functions);
        }

        /** As {@link Engine#open(EngineConfig, List)} tells the engine. */
        String offer() {
            StringBuilder lines = new StringBuilder("interface ").append(id).append('\n');
            for (Function function : functions) {
                if (function.refusal().isEmpty()) {
                    lines.append("function ")
                            .append(function.name())
                            .append(' ')
                            .append(function.signature())
                            .append('\n');
                }
            }
            return lines.toString();
        }
    }

    /**
     * A function of an interface.
     *
     * @param name as components import it: {@code find} or {@code [method]basket.add}
     * @param signature by structure, as {@code engine/native/src/shape.rs} writes it: {@code (string)->option<u32>}; empty when it is refused
     * @param refusal why it can't be offered by a program; empty when it can
     */
    public record Function(String name, String signature, String refusal) {}

    /**
     * Reads a file. It may use {@code mayfly:data}.
     *
     * @throws MayflyException.Invalid when it can't be read, or is no WIT
     */
    public static WitFile read(Path file) {
        try {
            Process process = new ProcessBuilder(NativeFiles.compiler().toString(), "--describe-wit", file.toString())
                    .redirectErrorStream(true)
                    .start();
            try (var output = process.getInputStream()) {
                String text = new String(output.readNBytes(TEXT_BYTES_MAX), StandardCharsets.UTF_8);
                if (!process.waitFor(READING_S_MAX, TimeUnit.SECONDS)) {
                    throw new MayflyException.Internal("reading " + file + " took longer than " + READING_S_MAX + " s");
                }
                if (process.exitValue() != 0) {
                    throw new MayflyException.Invalid(text.strip());
                }
                return parse(text);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new MayflyException.Internal("the compiler can't be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MayflyException.Internal("interrupted while a WIT file was read", e);
        }
    }

    static WitFile parse(String text) {
        List<Interface> interfaces = new ArrayList<>();
        String id = "";
        List<Function> functions = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "interface" -> {
                    if (!id.isEmpty()) {
                        interfaces.add(new Interface(id, functions));
                    }
                    id = words[1];
                    functions.clear();
                }
                case "function" -> functions.add(new Function(words[1], words[2], ""));
                case "refused" -> functions.add(new Function(words[1], "", words[2]));
                default ->
                    throw new MayflyException.Internal(
                            "a WIT file's description has a line this version does not know: " + line);
            }
        }
        if (!id.isEmpty()) {
            interfaces.add(new Interface(id, functions));
        }
        return new WitFile(interfaces);
    }
}

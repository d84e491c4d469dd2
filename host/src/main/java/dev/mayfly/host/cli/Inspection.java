package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.linkercache.Artifact;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Inspector} found out about a file.
 *
 * @param outline what it says of itself
 * @param componentBytes its size
 * @param artifact what it was compiled to; null when it doesn't compile. Its file is gone
 * @param imports of the component; none when it doesn't compile
 * @param memoryBytesMax the host's limit on each memory
 * @param refusal why a deploy would refuse it; null when it would not
 */
record Inspection(
        Path file,
        WasmOutline outline,
        long componentBytes,
        @Nullable Artifact artifact,
        List<Import> imports,
        long memoryBytesMax,
        @Nullable String refusal) {
    private static final ComponentDescription NOTHING = new ComponentDescription("", List.of(), List.of());

    /** What becomes of an import. */
    enum State {
        SATISFIED,
        /** It is satisfied, and answers each call with a refusal until the function is granted a binding. */
        NEEDS_BINDING,
        /** The host has no such interface, or not in this version, or not with this item or type. */
        MISSING,
        /** Linking ended before its turn. */
        NOT_LINKED;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * An imported item.
     *
     * @param name of its interface, with the version, and its own behind a space
     * @param binding that it needs, or null
     * @param problem why it is missing, else empty
     */
    record Import(String name, State state, @Nullable BindingKind binding, String problem) {
        /** One that is linked. */
        static Import linked(String name) {
            BindingKind binding = BindingKind.neededFor(interfaceOf(name));
            return new Import(name, binding == null ? State.SATISFIED : State.NEEDS_BINDING, binding, "");
        }

        static Import notLinked(String name) {
            return new Import(name, State.NOT_LINKED, null, "");
        }

        static Import missing(String name, String problem) {
            return new Import(name, State.MISSING, null, problem);
        }

        String interfaceName() {
            return interfaceOf(name);
        }

        private static String interfaceOf(String name) {
            int space = name.indexOf(' ');
            return space < 0 ? name : name.substring(0, space);
        }
    }

    /** What {@code mayfly.toml} has to say to grant a function a binding. What is in capitals is the reader's to choose. */
    static String manifestLine(BindingKind kind) {
        return switch (kind) {
            case SECRET -> "secrets.NAME = \"SECRET\"";
            case FUNCTION, TOPIC -> "bindings.NAME = \"" + kind.label() + ":" + kind.name() + "\"";
            default -> "bindings.NAME = \"BINDING\"";
        };
    }

    ComponentDescription description() {
        return artifact == null ? NOTHING : artifact.description();
    }

    boolean isAccepted() {
        return refusal == null;
    }

    List<World> worlds() {
        return World.of(description().exports());
    }

    /** How far a memory grows on this host. */
    long bytesMax(WasmOutline.Memory memory) {
        return Math.min(memory.bytesMax(), memoryBytesMax);
    }

    /** For programs. */
    ObjectNode json() {
        ObjectNode json = Json.object()
                .put("file", file.toString())
                .put("kind", outline.kind().label());
        if (description().componentized()) {
            json.put("madeFrom", description().madeFrom());
        }
        json.put("componentBytes", componentBytes);
        if (artifact != null) {
            json.put("digest", artifact.key().component().hex());
            json.put("artifactBytes", artifact.bytes());
        }
        ArrayNode worlds = json.putArray("worlds");
        worlds().forEach(world -> worlds.add(world.label()));
        ArrayNode exports = json.putArray("exports");
        description().exports().forEach(exports::add);
        ArrayNode listed = json.putArray("imports");
        imports.forEach(item -> write(item, listed.addObject()));
        ArrayNode memories = json.putArray("memories");
        outline.memories()
                .forEach(memory ->
                        memories.addObject().put("bytes", memory.bytes()).put("bytesMax", bytesMax(memory)));
        ObjectNode producers = json.putObject("producers");
        outline.producers().forEach((field, tools) -> tools.forEach(producers.putArray(field)::add));
        json.put("accepted", isAccepted());
        if (refusal != null) {
            json.put("refusal", refusal);
        }
        return json;
    }

    private static void write(Import item, ObjectNode json) {
        json.put("name", item.name()).put("state", item.state().label());
        BindingKind binding = item.binding();
        if (binding != null) {
            json.put("binding", binding.label()).put("manifest", manifestLine(binding));
        }
        if (!item.problem().isEmpty()) {
            json.put("problem", item.problem());
        }
    }
}

package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The WebAssembly engine: a pool of instances, memories and stacks, and the epoch ticker that makes running functions yield.
 *
 * <p>Threads: everything but {@link #close} may be called from any thread at any time. Ownership: close what was prelinked before the engine.
 */
public final class Engine implements AutoCloseable {
    private final EngineConfig config;
    private final String fingerprint;
    private final String offers;
    private long address;

    private Engine(EngineConfig config, String offers, long address) {
        this.config = config;
        this.offers = offers;
        this.address = address;
        this.fingerprint = NativeEngine.fingerprint(address);
    }

    /**
     * Reserves the pool and starts the ticker.
     *
     * @throws MayflyException.NotInstalled when the native library is missing or of another version, or may not be loaded
     * @throws MayflyException.Invalid when the machine can't give the address space that {@code config} asks for
     */
    public static Engine open(EngineConfig config) {
        return open(config, List.of());
    }

    /**
     * The same for a program that offers interfaces of its own: their functions are the operation {@link Operation#CUSTOM_CALL}.
     *
     * @param offered which ones
     */
    public static Engine open(EngineConfig config, List<WitFile.Interface> offered) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment settings = arena.allocate(EngineConfig.BYTES, 8);
            settings.set(JAVA_LONG, EngineConfig.INSTANCE_COUNT_MAX, config.instanceCountMax());
            settings.set(JAVA_LONG, EngineConfig.MEMORY_BYTES_MAX, config.memoryBytesMax());
            settings.set(JAVA_LONG, EngineConfig.TABLE_ELEMENTS_MAX, config.tableElementsMax());
            settings.set(JAVA_LONG, EngineConfig.TICK_US, config.tickUs());
            NativeError error = new NativeError(arena);
            long address = NativeEngine.newEngine(settings, error);
            error.throwIfSet("opening the engine");
            String offers = offered.stream().map(WitFile.Interface::offer).collect(Collectors.joining());
            return new Engine(config, offers, address);
        }
    }

    public EngineConfig config() {
        return config;
    }

    /**
     * Names everything a compiled artifact depends on: the engine's version, its settings, the target and the CPU features compiled for.
     * An artifact made under another fingerprint is never loaded.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * Maps a compiled artifact and resolves its imports.
     *
     * <p>The caller vouches for the file: the engine checks version and settings, not every byte, so a file that was tampered with runs
     * anything. The linker cache checks a digest first.
     *
     * @throws MayflyException.MissingImports with every import that this host does not offer
     * @throws MayflyException.Invalid when it implements no world that this host can call, or needs more than the pool has
     * @throws MayflyException.IncompatibleArtifact when it was not made by this engine under these settings
     */
    public PrelinkedComponent prelink(Path artifact) {
        return prelink(artifact, NativeEngine::prelink);
    }

    /**
     * The same for an {@linkplain Compiler#instrument instrumented} component: its invocations come one after the other and all have the same instance,
     * until {@link PrelinkedComponent#capture} reads it. One that doesn't end with an answer ends the instance.
     */
    public PrelinkedComponent prelinkKept(Path artifact) {
        return prelink(artifact, NativeEngine::prelinkKept);
    }

    private interface Loading {
        long load(long engine, MemorySegment path, MemorySegment offers, NativeError error);
    }

    private PrelinkedComponent prelink(Path artifact, Loading loading) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment path = arena.allocateFrom(artifact.toString(), StandardCharsets.UTF_8);
            MemorySegment offers = arena.allocateFrom(this.offers, StandardCharsets.UTF_8);
            long prelinked = loading.load(address(), path, offers, error);
            if (error.kind() == NativeError.MISSING_IMPORTS) {
                throw new MayflyException.MissingImports(
                        error.takeMessage().lines().toList());
            }
            error.throwIfSet("loading " + artifact.getFileName());
            return new PrelinkedComponent(prelinked);
        }
    }

    /** What the pool holds right now. Reads counters; may be called as often as wanted. */
    public EngineMetrics metrics() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(EngineMetrics.BYTES, 8);
            NativeEngine.metrics(address(), values);
            return EngineMetrics.from(values);
        }
    }

    private long address() {
        long address = this.address;
        if (address == 0) {
            throw new IllegalStateException("the engine is closed");
        }
        return address;
    }

    /** Stops the ticker and gives the pool back. No invocation may be open. A second call does nothing. */
    @Override
    public void close() {
        long address = this.address;
        if (address != 0) {
            this.address = 0;
            NativeEngine.freeEngine(address);
        }
    }
}

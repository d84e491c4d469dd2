package dev.mayfly.host.config;

import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import dev.mayfly.host.quantity.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The section with what is bounded on the whole host; each setting is named as the limit is in messages and problem documents. */
final class LimitSettings {
    static final String SECTION = "limits";

    static final List<Setting<?>> ALL = List.of(
            size(
                    "component-bytes-max",
                    "Of an uploaded component.",
                    Limits::componentBytesMax,
                    Limits::withComponentBytesMax),
            time(
                    "component-time-max",
                    "For an upload to arrive.",
                    Limits::componentTimeMax,
                    Limits::withComponentTimeMax),
            smallSize(
                    "request-head-bytes-max",
                    "Of a request's method, path, query and headers together.",
                    Limits::requestHeadBytesMax,
                    Limits::withRequestHeadBytesMax),
            time(
                    "request-head-time-max",
                    "For a request's head to arrive.",
                    Limits::requestHeadTimeMax,
                    Limits::withRequestHeadTimeMax),
            count("header-count-max", "Header lines of a request.", Limits::headerCountMax, Limits::withHeaderCountMax),
            size(
                    "request-body-bytes-max",
                    "Of a request's body.",
                    Limits::requestBodyBytesMax,
                    Limits::withRequestBodyBytesMax),
            time(
                    "request-body-time-max",
                    "For a request's body to arrive.",
                    Limits::requestBodyTimeMax,
                    Limits::withRequestBodyTimeMax),
            smallSize(
                    "response-head-bytes-max",
                    "Of a response's header lines, and 8 bytes for each.",
                    Limits::responseHeadBytesMax,
                    Limits::withResponseHeadBytesMax),
            size(
                    "response-body-bytes-max",
                    "Of a response's body.",
                    Limits::responseBodyBytesMax,
                    Limits::withResponseBodyBytesMax),
            time(
                    "response-time-max",
                    "For a client to accept a response.",
                    Limits::responseTimeMax,
                    Limits::withResponseTimeMax),
            size(
                    "buffer-bytes-max",
                    "Of all buffers one invocation holds, its request's body included.",
                    Limits::bufferBytesMax,
                    Limits::withBufferBytesMax),
            count(
                    "buffer-count-max",
                    "Buffers one invocation holds at once.",
                    Limits::bufferCountMax,
                    Limits::withBufferCountMax),
            size("slab-bytes-max", "Of all buffers on this host.", Limits::slabBytesMax, Limits::withSlabBytesMax),
            size(
                    "memory-bytes-max",
                    "Of a function's memory; in steps of 64 KiB. After a change every function is compiled again.",
                    Limits::memoryBytesMax,
                    Limits::withMemoryBytesMax),
            count(
                    "table-elements-max",
                    "Of a function's table.",
                    Limits::tableElementsMax,
                    Limits::withTableElementsMax),
            size("log-bytes-max", "That one invocation may log.", Limits::logBytesMax, Limits::withLogBytesMax),
            time("deadline", "For an invocation to take.", Limits::deadline, Limits::withDeadline),
            count(
                    "host-concurrency-max",
                    "Invocations at once.",
                    Limits::hostConcurrencyMax,
                    Limits::withHostConcurrencyMax),
            count(
                    "function-concurrency-max",
                    "Invocations of one function at once.",
                    Limits::functionConcurrencyMax,
                    Limits::withFunctionConcurrencyMax),
            count(
                    "connection-count-max",
                    "Connections at once; further clients wait.",
                    Limits::connectionCountMax,
                    Limits::withConnectionCountMax),
            smallSize(
                    "config-bytes-max",
                    "Of a function's configuration, names and values together.",
                    Limits::configBytesMax,
                    Limits::withConfigBytesMax),
            time("compile-time-max", "For compiling a component.", Limits::compileTimeMax, Limits::withCompileTimeMax),
            size(
                    "compile-memory-bytes-max",
                    "Address space for compiling a component.",
                    Limits::compileMemoryBytesMax,
                    Limits::withCompileMemoryBytesMax),
            time(
                    "version-idle-max",
                    "For a version to stay that no alias points to and nobody invokes.",
                    Limits::versionIdleMax,
                    Limits::withVersionIdleMax),
            size(
                    "snapshot-bytes-max",
                    "Of all snapshots of warmed functions; past it the least recently used go until they are invoked.",
                    Limits::snapshotBytesMax,
                    Limits::withSnapshotBytesMax),
            size(
                    "code-pack-bytes-max",
                    "Of all functions kept compiled for the next compilation; past it the least recently used go. 0 = none are kept.",
                    Limits::codePackBytesMax,
                    Limits::withCodePackBytesMax),
            count(
                    "loaded-functions-max",
                    "Functions loaded at once; 0 = what the system's limits on mappings and files allow.",
                    Limits::loadedFunctionsMax,
                    Limits::withLoadedFunctionsMax),
            time(
                    "cpu-time-max",
                    "For an invocation in the function itself.",
                    Limits::cpuTimeMax,
                    Limits::withCpuTimeMax),
            count(
                    "queue-length-max",
                    "Calls of one function that wait for their turn.",
                    Limits::queueLengthMax,
                    Limits::withQueueLengthMax),
            time("queue-time-max", "For each of them to wait.", Limits::queueTimeMax, Limits::withQueueTimeMax),
            count(
                    "operation-count-max",
                    "Host operations of one invocation.",
                    Limits::operationCountMax,
                    Limits::withOperationCountMax),
            count(
                    "call-depth-max",
                    "Functions that call one another and wait.",
                    Limits::callDepthMax,
                    Limits::withCallDepthMax),
            count(
                    "spawn-depth-max",
                    "Events one after the other that go back to one request.",
                    Limits::spawnDepthMax,
                    Limits::withSpawnDepthMax),
            size("egress-bytes-max", "That one invocation sends.", Limits::egressBytesMax, Limits::withEgressBytesMax));

    private LimitSettings() {}

    private static Setting<Long> size(
            String name, String description, Function<Limits, Long> reader, BiFunction<Limits, Long, Limits> writer) {
        return limit(name, ValueType.SIZE, description, reader, writer);
    }

    /** Of what is counted in an int. */
    private static Setting<Long> smallSize(
            String name,
            String description,
            Function<Limits, Integer> reader,
            BiFunction<Limits, Integer, Limits> writer) {
        return limit(
                name,
                ValueType.SIZE,
                description,
                limits -> (long) reader.apply(limits),
                (limits, bytes) -> writer.apply(limits, new ByteSize(bytes).intBytes()));
    }

    private static Setting<Duration> time(
            String name,
            String description,
            Function<Limits, Duration> reader,
            BiFunction<Limits, Duration, Limits> writer) {
        return limit(name, ValueType.TIME, description, reader, writer);
    }

    private static Setting<Integer> count(
            String name,
            String description,
            Function<Limits, Integer> reader,
            BiFunction<Limits, Integer, Limits> writer) {
        return limit(name, ValueType.COUNT, description, reader, writer);
    }

    private static <T> Setting<T> limit(
            String name,
            ValueType<T> type,
            String description,
            Function<Limits, T> reader,
            BiFunction<Limits, T, Limits> writer) {
        return new Setting<>(
                SECTION + "." + name,
                type,
                description,
                (HostConfig config) -> reader.apply(config.limits()),
                (config, value) -> config.withLimits(writer.apply(config.limits(), value)));
    }
}

package dev.mayfly.host;

import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MayflyException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Everything that is bounded, and where. A limit's name in messages, problem documents and on the command line is the component's name in
 * lower case with dashes: {@code requestBodyBytesMax} is {@code request-body-bytes-max}.
 *
 * @param componentBytesMax of an upload
 * @param componentTimeMax how long an upload may take to arrive
 * @param requestHeadBytesMax of a request's method, path, query and headers together
 * @param requestHeadTimeMax how long a request's head may take to arrive, from its first byte on
 * @param headerCountMax header lines of a request
 * @param requestBodyBytesMax of a request to a function
 * @param requestBodyTimeMax how long a request's body may take to arrive
 * @param responseHeadBytesMax of a response's header lines, and 8 bytes for each
 * @param responseBodyBytesMax of a function's response
 * @param responseTimeMax how long a client may take to accept a response
 * @param bufferBytesMax of all buffers that one invocation holds, its request's body included
 * @param bufferCountMax buffers that one invocation holds at once
 * @param slabBytesMax of all buffers on this host
 * @param memoryBytesMax of one linear memory; a multiple of 64 KiB. Functions are compiled for it: after a change each is compiled again
 * @param tableElementsMax of one table
 * @param logBytesMax that one invocation may log
 * @param deadline how long an invocation may take
 * @param hostConcurrencyMax invocations at once on this host
 * @param functionConcurrencyMax invocations at once of one function
 * @param connectionCountMax connections at once; further clients wait to be accepted
 * @param configBytesMax of a function's configuration, names and values together
 * @param compileTimeMax how long compiling one component may take
 * @param compileMemoryBytesMax address space that compiling one component may use
 * @param versionIdleMax how long a version stays that no alias points to and nobody invokes
 * @param snapshotBytesMax of all snapshots of warmed functions together; past it the least recently used go
 * @param codePackBytesMax of all functions that are kept compiled for the next compilation; past it the least recently used go, 0 = none are kept
 * @param loadedFunctionsMax functions loaded at once, 0 = as many as the system's limits on mappings and files allow
 * @param cpuTimeMax one invocation's time in the function itself
 * @param queueLengthMax calls of one function that wait for their turn at once
 * @param queueTimeMax how long each of them waits
 * @param operationCountMax host operations of one invocation
 * @param callDepthMax functions that call one another and wait
 * @param spawnDepthMax events one after the other that go back to one request
 * @param egressBytesMax what one invocation sends: its response, and what host operations carry out of it
 * @param functionDefaults what a function has whose deployment doesn't say; what isn't in there is the maximum, and no queue
 */
public record Limits(
        long componentBytesMax,
        Duration componentTimeMax,
        int requestHeadBytesMax,
        Duration requestHeadTimeMax,
        int headerCountMax,
        long requestBodyBytesMax,
        Duration requestBodyTimeMax,
        int responseHeadBytesMax,
        long responseBodyBytesMax,
        Duration responseTimeMax,
        long bufferBytesMax,
        int bufferCountMax,
        long slabBytesMax,
        long memoryBytesMax,
        int tableElementsMax,
        long logBytesMax,
        Duration deadline,
        int hostConcurrencyMax,
        int functionConcurrencyMax,
        int connectionCountMax,
        int configBytesMax,
        Duration compileTimeMax,
        long compileMemoryBytesMax,
        Duration versionIdleMax,
        long snapshotBytesMax,
        long codePackBytesMax,
        int loadedFunctionsMax,
        Duration cpuTimeMax,
        int queueLengthMax,
        Duration queueTimeMax,
        int operationCountMax,
        int callDepthMax,
        int spawnDepthMax,
        long egressBytesMax,
        FunctionLimits functionDefaults) {
    private static final long MIB = 1L << 20;

    /** Of WebAssembly's memories. */
    private static final long PAGE_BYTES = 64 << 10;

    public Limits {
        require("component-bytes-max", componentBytesMax, 8, Long.MAX_VALUE);
        requirePositive("component-time-max", componentTimeMax);
        require("request-head-bytes-max", requestHeadBytesMax, 1024, MIB);
        requirePositive("request-head-time-max", requestHeadTimeMax);
        require("header-count-max", headerCountMax, 1, 1024);
        require("request-body-bytes-max", requestBodyBytesMax, 0, Integer.MAX_VALUE);
        requirePositive("request-body-time-max", requestBodyTimeMax);
        require("response-head-bytes-max", responseHeadBytesMax, 1024, MIB);
        require("response-body-bytes-max", responseBodyBytesMax, 0, Integer.MAX_VALUE);
        requirePositive("response-time-max", responseTimeMax);
        require("buffer-bytes-max", bufferBytesMax, requestBodyBytesMax, Long.MAX_VALUE);
        require("buffer-count-max", bufferCountMax, 1, FrameLayout.BUFFERS);
        require("slab-bytes-max", slabBytesMax, MIB, Long.MAX_VALUE);
        // The canary needs 1.5 MiB, see FreshMemoryCheck. What else the engine asks of it is checked where it is used.
        require("memory-bytes-max", memoryBytesMax, 2 * MIB, 4096 * MIB);
        if (memoryBytesMax % PAGE_BYTES != 0) {
            throw new MayflyException.Invalid(
                    "limit memory-bytes-max=" + memoryBytesMax + " must be a multiple of " + PAGE_BYTES);
        }
        require("log-bytes-max", logBytesMax, 0, Long.MAX_VALUE);
        requirePositive("deadline", deadline);
        require("host-concurrency-max", hostConcurrencyMax, 1, 100_000);
        require("function-concurrency-max", functionConcurrencyMax, 1, Integer.MAX_VALUE);
        require("connection-count-max", connectionCountMax, 1, 1_000_000);
        require("config-bytes-max", configBytesMax, 0, MIB);
        requirePositive("version-idle-max", versionIdleMax);
        require("snapshot-bytes-max", snapshotBytesMax, 0, Long.MAX_VALUE);
        require("code-pack-bytes-max", codePackBytesMax, 0, Long.MAX_VALUE);
        require("loaded-functions-max", loadedFunctionsMax, 0, 1_000_000);
        requirePositive("cpu-time-max", cpuTimeMax);
        require("queue-length-max", queueLengthMax, 0, 100_000);
        requirePositive("queue-time-max", queueTimeMax);
        require("operation-count-max", operationCountMax, 0, 1_000_000_000);
        require("call-depth-max", callDepthMax, 0, 64);
        require("spawn-depth-max", spawnDepthMax, 0, 1_000_000_000);
        require("egress-bytes-max", egressBytesMax, 0, Long.MAX_VALUE);
        // What compiling allows of memory is checked where it is used.
    }

    /** What a host has unless told otherwise. */
    public static Limits defaults() {
        return new Limits(
                64 * MIB,
                Duration.ofMinutes(10),
                32 << 10,
                Duration.ofSeconds(10),
                128,
                64 * MIB,
                Duration.ofMinutes(1),
                32 << 10,
                64 * MIB,
                Duration.ofMinutes(1),
                160 * MIB,
                FrameLayout.BUFFERS,
                1024 * MIB,
                64 * MIB,
                100_000,
                64 << 10,
                Duration.ofSeconds(10),
                1024,
                1024,
                10_000,
                64 << 10,
                Duration.ofMinutes(2),
                4096 * MIB,
                Duration.ofDays(14),
                4096 * MIB,
                1024 * MIB,
                0,
                Duration.ofSeconds(10),
                1024,
                Duration.ofSeconds(10),
                100_000,
                8,
                1_000,
                1024L * 1024 * MIB,
                FunctionLimits.NONE);
    }

    /** What the engine is opened with under these limits, and functions are compiled for. */
    public EngineConfig engineConfig() {
        return EngineConfig.defaults().withInstanceCountMax(hostConcurrencyMax).withMemoryBytesMax(memoryBytesMax);
    }

    /** What compiles functions under these limits. */
    public Compiler compiler() {
        return new Compiler(engineConfig(), compileMemoryBytesMax, compileTimeMax);
    }

    public Limits withComponentBytesMax(long value) {
        return with(draft -> draft.componentBytesMax = value);
    }

    public Limits withComponentTimeMax(Duration value) {
        return with(draft -> draft.componentTimeMax = value);
    }

    public Limits withRequestHeadBytesMax(int value) {
        return with(draft -> draft.requestHeadBytesMax = value);
    }

    public Limits withRequestHeadTimeMax(Duration value) {
        return with(draft -> draft.requestHeadTimeMax = value);
    }

    public Limits withHeaderCountMax(int value) {
        return with(draft -> draft.headerCountMax = value);
    }

    public Limits withRequestBodyBytesMax(long value) {
        return with(draft -> draft.requestBodyBytesMax = value);
    }

    public Limits withRequestBodyTimeMax(Duration value) {
        return with(draft -> draft.requestBodyTimeMax = value);
    }

    public Limits withResponseHeadBytesMax(int value) {
        return with(draft -> draft.responseHeadBytesMax = value);
    }

    public Limits withResponseBodyBytesMax(long value) {
        return with(draft -> draft.responseBodyBytesMax = value);
    }

    public Limits withResponseTimeMax(Duration value) {
        return with(draft -> draft.responseTimeMax = value);
    }

    public Limits withBufferBytesMax(long value) {
        return with(draft -> draft.bufferBytesMax = value);
    }

    public Limits withBufferCountMax(int value) {
        return with(draft -> draft.bufferCountMax = value);
    }

    public Limits withSlabBytesMax(long value) {
        return with(draft -> draft.slabBytesMax = value);
    }

    public Limits withMemoryBytesMax(long value) {
        return with(draft -> draft.memoryBytesMax = value);
    }

    public Limits withTableElementsMax(int value) {
        return with(draft -> draft.tableElementsMax = value);
    }

    public Limits withLogBytesMax(long value) {
        return with(draft -> draft.logBytesMax = value);
    }

    public Limits withDeadline(Duration value) {
        return with(draft -> draft.deadline = value);
    }

    public Limits withHostConcurrencyMax(int value) {
        return with(draft -> draft.hostConcurrencyMax = value);
    }

    public Limits withFunctionConcurrencyMax(int value) {
        return with(draft -> draft.functionConcurrencyMax = value);
    }

    public Limits withConnectionCountMax(int value) {
        return with(draft -> draft.connectionCountMax = value);
    }

    public Limits withConfigBytesMax(int value) {
        return with(draft -> draft.configBytesMax = value);
    }

    public Limits withCompileTimeMax(Duration value) {
        return with(draft -> draft.compileTimeMax = value);
    }

    public Limits withCompileMemoryBytesMax(long value) {
        return with(draft -> draft.compileMemoryBytesMax = value);
    }

    public Limits withVersionIdleMax(Duration value) {
        return with(draft -> draft.versionIdleMax = value);
    }

    public Limits withSnapshotBytesMax(long value) {
        return with(draft -> draft.snapshotBytesMax = value);
    }

    public Limits withCodePackBytesMax(long value) {
        return with(draft -> draft.codePackBytesMax = value);
    }

    public Limits withLoadedFunctionsMax(int value) {
        return with(draft -> draft.loadedFunctionsMax = value);
    }

    public Limits withCpuTimeMax(Duration value) {
        return with(draft -> draft.cpuTimeMax = value);
    }

    public Limits withQueueLengthMax(int value) {
        return with(draft -> draft.queueLengthMax = value);
    }

    public Limits withQueueTimeMax(Duration value) {
        return with(draft -> draft.queueTimeMax = value);
    }

    public Limits withOperationCountMax(int value) {
        return with(draft -> draft.operationCountMax = value);
    }

    public Limits withCallDepthMax(int value) {
        return with(draft -> draft.callDepthMax = value);
    }

    public Limits withSpawnDepthMax(int value) {
        return with(draft -> draft.spawnDepthMax = value);
    }

    public Limits withEgressBytesMax(long value) {
        return with(draft -> draft.egressBytesMax = value);
    }

    public Limits withFunctionDefaults(FunctionLimits value) {
        return with(draft -> draft.functionDefaults = value);
    }

    private Limits with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.limits();
    }

    /** Limits on their way from one record to the next, so that a change names the one it changes. */
    private static final class Draft {
        private long componentBytesMax;
        private Duration componentTimeMax;
        private int requestHeadBytesMax;
        private Duration requestHeadTimeMax;
        private int headerCountMax;
        private long requestBodyBytesMax;
        private Duration requestBodyTimeMax;
        private int responseHeadBytesMax;
        private long responseBodyBytesMax;
        private Duration responseTimeMax;
        private long bufferBytesMax;
        private int bufferCountMax;
        private long slabBytesMax;
        private long memoryBytesMax;
        private int tableElementsMax;
        private long logBytesMax;
        private Duration deadline;
        private int hostConcurrencyMax;
        private int functionConcurrencyMax;
        private int connectionCountMax;
        private int configBytesMax;
        private Duration compileTimeMax;
        private long compileMemoryBytesMax;
        private Duration versionIdleMax;
        private long snapshotBytesMax;
        private long codePackBytesMax;
        private int loadedFunctionsMax;
        private Duration cpuTimeMax;
        private int queueLengthMax;
        private Duration queueTimeMax;
        private int operationCountMax;
        private int callDepthMax;
        private int spawnDepthMax;
        private long egressBytesMax;
        private FunctionLimits functionDefaults;

        Draft(Limits limits) {
            componentBytesMax = limits.componentBytesMax;
            componentTimeMax = limits.componentTimeMax;
            requestHeadBytesMax = limits.requestHeadBytesMax;
            requestHeadTimeMax = limits.requestHeadTimeMax;
            headerCountMax = limits.headerCountMax;
            requestBodyBytesMax = limits.requestBodyBytesMax;
            requestBodyTimeMax = limits.requestBodyTimeMax;
            responseHeadBytesMax = limits.responseHeadBytesMax;
            responseBodyBytesMax = limits.responseBodyBytesMax;
            responseTimeMax = limits.responseTimeMax;
            bufferBytesMax = limits.bufferBytesMax;
            bufferCountMax = limits.bufferCountMax;
            slabBytesMax = limits.slabBytesMax;
            memoryBytesMax = limits.memoryBytesMax;
            tableElementsMax = limits.tableElementsMax;
            logBytesMax = limits.logBytesMax;
            deadline = limits.deadline;
            hostConcurrencyMax = limits.hostConcurrencyMax;
            functionConcurrencyMax = limits.functionConcurrencyMax;
            connectionCountMax = limits.connectionCountMax;
            configBytesMax = limits.configBytesMax;
            compileTimeMax = limits.compileTimeMax;
            compileMemoryBytesMax = limits.compileMemoryBytesMax;
            versionIdleMax = limits.versionIdleMax;
            snapshotBytesMax = limits.snapshotBytesMax;
            codePackBytesMax = limits.codePackBytesMax;
            loadedFunctionsMax = limits.loadedFunctionsMax;
            cpuTimeMax = limits.cpuTimeMax;
            queueLengthMax = limits.queueLengthMax;
            queueTimeMax = limits.queueTimeMax;
            operationCountMax = limits.operationCountMax;
            callDepthMax = limits.callDepthMax;
            spawnDepthMax = limits.spawnDepthMax;
            egressBytesMax = limits.egressBytesMax;
            functionDefaults = limits.functionDefaults;
        }

        Limits limits() {
            return new Limits(
                    componentBytesMax,
                    componentTimeMax,
                    requestHeadBytesMax,
                    requestHeadTimeMax,
                    headerCountMax,
                    requestBodyBytesMax,
                    requestBodyTimeMax,
                    responseHeadBytesMax,
                    responseBodyBytesMax,
                    responseTimeMax,
                    bufferBytesMax,
                    bufferCountMax,
                    slabBytesMax,
                    memoryBytesMax,
                    tableElementsMax,
                    logBytesMax,
                    deadline,
                    hostConcurrencyMax,
                    functionConcurrencyMax,
                    connectionCountMax,
                    configBytesMax,
                    compileTimeMax,
                    compileMemoryBytesMax,
                    versionIdleMax,
                    snapshotBytesMax,
                    codePackBytesMax,
                    loadedFunctionsMax,
                    cpuTimeMax,
                    queueLengthMax,
                    queueTimeMax,
                    operationCountMax,
                    callDepthMax,
                    spawnDepthMax,
                    egressBytesMax,
                    functionDefaults);
        }
    }

    private static void require(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new MayflyException.Invalid(
                    "limit " + name + "=" + value + " is out of range: " + min + " to " + max);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new MayflyException.Invalid("limit " + name + "=" + value + " must be positive");
        }
    }
}

package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;

/**
 * Everything that is bounded, and where. A limit's name in messages, problem documents and on the command line is the component's name in
 * lower case with dashes: {@code requestBodyBytesMax} is {@code request-body-bytes-max}.
 *
 * @param componentBytesMax of an upload
 * @param requestHeadBytesMax of a request's method, path, query and headers together
 * @param headerCountMax header lines of a request
 * @param requestBodyBytesMax of a request to a function
 * @param responseBodyBytesMax of a function's response
 * @param bufferBytesMax of all buffers that one invocation holds, its request's body included
 * @param bufferCountMax buffers that one invocation holds at once
 * @param slabBytesMax of all buffers on this host
 * @param memoryBytesMax of one linear memory; a multiple of 64 KiB. Functions are compiled for it: after a change each is compiled again
 * @param tableElementsMax of one table
 * @param logBytesMax that one invocation may log
 * @param deadline how long an invocation may take
 * @param hostConcurrencyMax invocations at once on this host
 * @param functionConcurrencyMax invocations at once of one function
 * @param compileTimeMax how long compiling one component may take
 * @param compileMemoryBytesMax address space that compiling one component may use
 * @param loadedFunctionsMax functions loaded at once, 0 = as many as the system's limits on mappings and files allow
 */
public record Limits(
        long componentBytesMax,
        int requestHeadBytesMax,
        int headerCountMax,
        long requestBodyBytesMax,
        long responseBodyBytesMax,
        long bufferBytesMax,
        int bufferCountMax,
        long slabBytesMax,
        long memoryBytesMax,
        int tableElementsMax,
        long logBytesMax,
        Duration deadline,
        int hostConcurrencyMax,
        int functionConcurrencyMax,
        Duration compileTimeMax,
        long compileMemoryBytesMax,
        int loadedFunctionsMax) {
    private static final long MIB = 1L << 20;

    public Limits {
        require(componentBytesMax >= 8, "component-bytes-max", componentBytesMax, "at least 8");
        require(
                requestHeadBytesMax >= 1024 && requestHeadBytesMax <= 1 << 20,
                "request-head-bytes-max",
                requestHeadBytesMax,
                "1024 to 1048576");
        require(headerCountMax >= 1 && headerCountMax <= 1024, "header-count-max", headerCountMax, "1 to 1024");
        require(requestBodyBytesMax >= 0, "request-body-bytes-max", requestBodyBytesMax, "at least 0");
        require(responseBodyBytesMax >= 0, "response-body-bytes-max", responseBodyBytesMax, "at least 0");
        require(
                bufferBytesMax >= requestBodyBytesMax,
                "buffer-bytes-max",
                bufferBytesMax,
                "at least request-body-bytes-max=" + requestBodyBytesMax);
        require(bufferCountMax >= 1 && bufferCountMax <= 64, "buffer-count-max", bufferCountMax, "1 to 64");
        require(slabBytesMax >= MIB, "slab-bytes-max", slabBytesMax, "at least 1048576");
        require(logBytesMax >= 0, "log-bytes-max", logBytesMax, "at least 0");
        require(deadline.toMillis() >= 1, "deadline-ms", deadline.toMillis(), "at least 1");
        require(
                hostConcurrencyMax >= 1 && hostConcurrencyMax <= 100_000,
                "host-concurrency-max",
                hostConcurrencyMax,
                "1 to 100000");
        require(functionConcurrencyMax >= 1, "function-concurrency-max", functionConcurrencyMax, "at least 1");
        require(loadedFunctionsMax >= 0, "loaded-functions-max", loadedFunctionsMax, "at least 0");
    }

    /** What a host has unless told otherwise. */
    public static Limits defaults() {
        return new Limits(
                64 * MIB,
                32 << 10,
                128,
                64 * MIB,
                64 * MIB,
                160 * MIB,
                64,
                1024 * MIB,
                64 * MIB,
                100_000,
                64 << 10,
                Duration.ofSeconds(10),
                1024,
                1024,
                Duration.ofSeconds(120),
                4096 * MIB,
                0);
    }

    public Limits withComponentBytesMax(long value) {
        return new Limits(
                value,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withRequestHeadBytesMax(int value) {
        return new Limits(
                componentBytesMax,
                value,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withHeaderCountMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                value,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withRequestBodyBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                value,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withResponseBodyBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                value,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withBufferBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                value,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withBufferCountMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                value,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withSlabBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                value,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withMemoryBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                value,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withTableElementsMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                value,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withLogBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                value,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withDeadline(Duration value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                value,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withHostConcurrencyMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                value,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withFunctionConcurrencyMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                value,
                compileTimeMax,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withCompileTimeMax(Duration value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                value,
                compileMemoryBytesMax,
                loadedFunctionsMax);
    }

    public Limits withCompileMemoryBytesMax(long value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                value,
                loadedFunctionsMax);
    }

    public Limits withLoadedFunctionsMax(int value) {
        return new Limits(
                componentBytesMax,
                requestHeadBytesMax,
                headerCountMax,
                requestBodyBytesMax,
                responseBodyBytesMax,
                bufferBytesMax,
                bufferCountMax,
                slabBytesMax,
                memoryBytesMax,
                tableElementsMax,
                logBytesMax,
                deadline,
                hostConcurrencyMax,
                functionConcurrencyMax,
                compileTimeMax,
                compileMemoryBytesMax,
                value);
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new MayflyException.Invalid("limit " + name + "=" + value + " is out of range: " + range);
        }
    }
}

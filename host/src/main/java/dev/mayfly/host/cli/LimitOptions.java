package dev.mayfly.host.cli;

import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** One option a limit, named as the limit is in messages and problem documents. */
final class LimitOptions {
    private static final Limits DEFAULTS = Limits.defaults();

    private static final String SIZE = "SIZE";
    private static final String TIME = "TIME";
    private static final String COUNT = "COUNT";
    private static final String DEFAULT = " (default: ${DEFAULT-VALUE}).";

    @Option(names = "--component-bytes-max", paramLabel = SIZE, description = "Of an uploaded component" + DEFAULT)
    private ByteSize componentBytesMax = new ByteSize(DEFAULTS.componentBytesMax());

    @Option(names = "--component-time-max", paramLabel = TIME, description = "For an upload to arrive" + DEFAULT)
    private TimeSpan componentTimeMax = new TimeSpan(DEFAULTS.componentTimeMax());

    @Option(
            names = "--request-head-bytes-max",
            paramLabel = SIZE,
            description = "Of a request's method, path, query and headers together" + DEFAULT)
    private ByteSize requestHeadBytesMax = new ByteSize(DEFAULTS.requestHeadBytesMax());

    @Option(
            names = "--request-head-time-max",
            paramLabel = TIME,
            description = "For a request's head to arrive" + DEFAULT)
    private TimeSpan requestHeadTimeMax = new TimeSpan(DEFAULTS.requestHeadTimeMax());

    @Option(names = "--header-count-max", paramLabel = COUNT, description = "Header lines of a request" + DEFAULT)
    private int headerCountMax = DEFAULTS.headerCountMax();

    @Option(names = "--request-body-bytes-max", paramLabel = SIZE, description = "Of a request's body" + DEFAULT)
    private ByteSize requestBodyBytesMax = new ByteSize(DEFAULTS.requestBodyBytesMax());

    @Option(
            names = "--request-body-time-max",
            paramLabel = TIME,
            description = "For a request's body to arrive" + DEFAULT)
    private TimeSpan requestBodyTimeMax = new TimeSpan(DEFAULTS.requestBodyTimeMax());

    @Option(
            names = "--response-head-bytes-max",
            paramLabel = SIZE,
            description = "Of a response's header lines, and 8 bytes for each" + DEFAULT)
    private ByteSize responseHeadBytesMax = new ByteSize(DEFAULTS.responseHeadBytesMax());

    @Option(names = "--response-body-bytes-max", paramLabel = SIZE, description = "Of a response's body" + DEFAULT)
    private ByteSize responseBodyBytesMax = new ByteSize(DEFAULTS.responseBodyBytesMax());

    @Option(
            names = "--response-time-max",
            paramLabel = TIME,
            description = "For a client to accept a response" + DEFAULT)
    private TimeSpan responseTimeMax = new TimeSpan(DEFAULTS.responseTimeMax());

    @Option(
            names = "--buffer-bytes-max",
            paramLabel = SIZE,
            description = "Of all buffers one invocation holds, its request's body included" + DEFAULT)
    private ByteSize bufferBytesMax = new ByteSize(DEFAULTS.bufferBytesMax());

    @Option(
            names = "--buffer-count-max",
            paramLabel = COUNT,
            description = "Buffers one invocation holds at once" + DEFAULT)
    private int bufferCountMax = DEFAULTS.bufferCountMax();

    @Option(names = "--slab-bytes-max", paramLabel = SIZE, description = "Of all buffers on this host" + DEFAULT)
    private ByteSize slabBytesMax = new ByteSize(DEFAULTS.slabBytesMax());

    @Option(
            names = "--memory-bytes-max",
            paramLabel = SIZE,
            description = "Of a function's memory; in steps of 64 KiB. After a change every function is compiled again"
                    + DEFAULT)
    private ByteSize memoryBytesMax = new ByteSize(DEFAULTS.memoryBytesMax());

    @Option(names = "--table-elements-max", paramLabel = COUNT, description = "Of a function's table" + DEFAULT)
    private int tableElementsMax = DEFAULTS.tableElementsMax();

    @Option(names = "--log-bytes-max", paramLabel = SIZE, description = "That one invocation may log" + DEFAULT)
    private ByteSize logBytesMax = new ByteSize(DEFAULTS.logBytesMax());

    @Option(names = "--deadline", paramLabel = TIME, description = "For an invocation to take" + DEFAULT)
    private TimeSpan deadline = new TimeSpan(DEFAULTS.deadline());

    @Option(names = "--host-concurrency-max", paramLabel = COUNT, description = "Invocations at once" + DEFAULT)
    private int hostConcurrencyMax = DEFAULTS.hostConcurrencyMax();

    @Option(
            names = "--function-concurrency-max",
            paramLabel = COUNT,
            description = "Invocations of one function at once" + DEFAULT)
    private int functionConcurrencyMax = DEFAULTS.functionConcurrencyMax();

    @Option(
            names = "--connection-count-max",
            paramLabel = COUNT,
            description = "Connections at once; further clients wait" + DEFAULT)
    private int connectionCountMax = DEFAULTS.connectionCountMax();

    @Option(
            names = "--config-bytes-max",
            paramLabel = SIZE,
            description = "Of a function's configuration, names and values together" + DEFAULT)
    private ByteSize configBytesMax = new ByteSize(DEFAULTS.configBytesMax());

    @Option(names = "--compile-time-max", paramLabel = TIME, description = "For compiling a component" + DEFAULT)
    private TimeSpan compileTimeMax = new TimeSpan(DEFAULTS.compileTimeMax());

    @Option(
            names = "--compile-memory-bytes-max",
            paramLabel = SIZE,
            description = "Address space for compiling a component" + DEFAULT)
    private ByteSize compileMemoryBytesMax = new ByteSize(DEFAULTS.compileMemoryBytesMax());

    @Option(
            names = "--version-idle-max",
            paramLabel = TIME,
            description = "For a version to stay that no alias points to and nobody invokes" + DEFAULT)
    private TimeSpan versionIdleMax = new TimeSpan(DEFAULTS.versionIdleMax());

    @Option(
            names = "--loaded-functions-max",
            paramLabel = COUNT,
            description =
                    "Functions loaded at once; 0 = what the system's limits on mappings and files allow" + DEFAULT)
    private int loadedFunctionsMax = DEFAULTS.loadedFunctionsMax();

    @Option(
            names = "--cpu-time-max",
            paramLabel = TIME,
            description = "For an invocation in the function itself" + DEFAULT)
    private TimeSpan cpuTimeMax = new TimeSpan(DEFAULTS.cpuTimeMax());

    @Option(
            names = "--queue-length-max",
            paramLabel = COUNT,
            description = "Calls of one function that wait for their turn" + DEFAULT)
    private int queueLengthMax = DEFAULTS.queueLengthMax();

    @Option(names = "--queue-time-max", paramLabel = TIME, description = "For each of them to wait" + DEFAULT)
    private TimeSpan queueTimeMax = new TimeSpan(DEFAULTS.queueTimeMax());

    @Option(
            names = "--operation-count-max",
            paramLabel = COUNT,
            description = "Host operations of one invocation" + DEFAULT)
    private int operationCountMax = DEFAULTS.operationCountMax();

    @Option(
            names = "--call-depth-max",
            paramLabel = COUNT,
            description = "Functions that call one another and wait" + DEFAULT)
    private int callDepthMax = DEFAULTS.callDepthMax();

    @Option(
            names = "--spawn-depth-max",
            paramLabel = COUNT,
            description = "Events one after the other that go back to one request" + DEFAULT)
    private int spawnDepthMax = DEFAULTS.spawnDepthMax();

    @Option(names = "--egress-bytes-max", paramLabel = SIZE, description = "That one invocation sends" + DEFAULT)
    private ByteSize egressBytesMax = new ByteSize(DEFAULTS.egressBytesMax());

    @Option(
            names = "--function-defaults",
            paramLabel = "LIMIT=VALUE",
            split = ",",
            description =
                    "What a function has whose deployment doesn't say, such as memory-bytes=16MiB or queue-length=100.")
    private Map<String, String> functionDefaults = new LinkedHashMap<>();

    /** @throws dev.mayfly.engine.MayflyException.Invalid naming the limit that is out of range, and its range */
    Limits limits() {
        return new Limits(
                componentBytesMax.bytes(),
                componentTimeMax.duration(),
                requestHeadBytesMax.intBytes(),
                requestHeadTimeMax.duration(),
                headerCountMax,
                requestBodyBytesMax.bytes(),
                requestBodyTimeMax.duration(),
                responseHeadBytesMax.intBytes(),
                responseBodyBytesMax.bytes(),
                responseTimeMax.duration(),
                bufferBytesMax.bytes(),
                bufferCountMax,
                slabBytesMax.bytes(),
                memoryBytesMax.bytes(),
                tableElementsMax,
                logBytesMax.bytes(),
                deadline.duration(),
                hostConcurrencyMax,
                functionConcurrencyMax,
                connectionCountMax,
                configBytesMax.intBytes(),
                compileTimeMax.duration(),
                compileMemoryBytesMax.bytes(),
                versionIdleMax.duration(),
                loadedFunctionsMax,
                cpuTimeMax.duration(),
                queueLengthMax,
                queueTimeMax.duration(),
                operationCountMax,
                callDepthMax,
                spawnDepthMax,
                egressBytesMax.bytes(),
                FunctionLimits.parse(functionDefaults));
    }

    /** The option that sets a limit named so in a problem document, or null where there is none. */
    static @Nullable String optionOf(String limit) {
        // A time's name in messages may have the unit it is given in there; on the command line the unit stands beside
        // the number.
        String option = limit.replaceFirst("-ms$", "");
        return Arrays.stream(Limits.class.getRecordComponents())
                .map(LimitOptions::dashed)
                .filter(option::equals)
                .findAny()
                .map(name -> "--" + name)
                .orElse(null);
    }

    /** {@code requestBodyBytesMax} is {@code request-body-bytes-max}. */
    static String dashed(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}

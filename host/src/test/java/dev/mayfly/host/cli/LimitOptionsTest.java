package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

final class LimitOptionsTest {
    static RecordComponent[] limits() {
        return Limits.class.getRecordComponents();
    }

    @ParameterizedTest
    @MethodSource("limits")
    void everyLimitIsSetByTheOptionOfItsName(RecordComponent limit) throws ReflectiveOperationException {
        String name = "--" + LimitOptions.dashed(limit);
        OptionSpec option = new CommandLine(new ServeCommand(CapturedRun.plain().context()))
                .getCommandSpec()
                .findOption(name);
        assertNotNull(option, name);

        LimitOptions options = new LimitOptions();
        Object before = limit.getAccessor().invoke(options.limits());
        String given;
        Object expected;
        switch (before) {
            case Duration time -> {
                given = time.toSeconds() + 1 + "s";
                expected = time.plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
            }
            // Down a step of 64 KiB where that is left, as some may not be passed by others.
            case Long size -> {
                expected = size > 65_536 ? size - 65_536 : size + 1;
                given = expected.toString();
            }
            case Integer count -> {
                expected = count > 1 ? count - 1 : count + 1;
                given = expected.toString();
            }
            case FunctionLimits none -> {
                assertEquals(FunctionLimits.NONE, none);
                given = "memory-bytes=16MiB,queue-length=5";
                expected = FunctionLimits.parse(Map.of("memory-bytes", "16MiB", "queue-length", "5"));
            }
            default -> throw new AssertionError(limit + " is of a type without an option");
        }
        CommandLine line = new CommandLine(options);
        Main.registerConverters(line);
        line.parseArgs(name, given);
        assertEquals(expected, limit.getAccessor().invoke(options.limits()));
    }

    @Test
    void withoutOptionsTheLimitsAreTheHostsDefaults() {
        assertEquals(Limits.defaults(), new LimitOptions().limits());
    }

    @Test
    void aLimitsNameInAProblemLeadsToItsOption() {
        assertEquals("--component-bytes-max", LimitOptions.optionOf("component-bytes-max"));
        assertEquals("--deadline", LimitOptions.optionOf("deadline-ms"));
        assertNull(LimitOptions.optionOf("disk-space"));
    }

    @Test
    void aLimitOutOfRangeIsAMistakeOnTheCommandLine() {
        CapturedRun.of("serve", "--deadline", "0s").exits(ExitCode.USAGE).says("deadline=");
        CapturedRun.of("serve", "--port", "70000").exits(ExitCode.USAGE).says("port=70000", "0 to 65535");
        CapturedRun.of("serve", "--memory-bytes-max", "64MB")
                .exits(ExitCode.USAGE)
                .says("'64MB' is not a size", "64MiB");
        CapturedRun.of("serve", "--request-head-bytes-max", "99GiB")
                .exits(ExitCode.USAGE)
                .says("request-head-bytes-max=", "1024 to 1048576");
    }
}

package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs commands in this process and keeps what they write. What is written can be read while a command still runs. */
final class CapturedRun {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StopSignal stop = StopSignal.byRequest();
    private final CommandContext context;
    private int exitCode = -1;

    private CapturedRun(InputStream in, boolean interactive, boolean colours) {
        Terminal terminal = new Terminal(
                in,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                interactive,
                interactive,
                colours,
                colours);
        context = new CommandContext(terminal, stop, Map.of());
    }

    /** Into files or pipes. */
    static CapturedRun plain() {
        return new CapturedRun(InputStream.nullInputStream(), false, false);
    }

    static CapturedRun withInput(byte[] in) {
        return new CapturedRun(new ByteArrayInputStream(in), false, false);
    }

    static CapturedRun onTerminal(boolean colours) {
        return new CapturedRun(InputStream.nullInputStream(), true, colours);
    }

    static CapturedRun of(String... arguments) {
        return plain().run(arguments);
    }

    CapturedRun run(String... arguments) {
        exitCode = Main.run(context, arguments);
        return this;
    }

    /** As if a command had failed so. */
    CapturedRun failed(CommandFailure failure) {
        failure.print(context.terminal());
        exitCode = failure.exitCode();
        return this;
    }

    CommandContext context() {
        return context;
    }

    void stop() {
        stop.request();
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    CapturedRun exits(int expected) {
        assertEquals(expected, exitCode, () -> "exit code; out: " + out() + " err: " + err());
        return this;
    }

    CapturedRun says(String... parts) {
        for (String part : parts) {
            assertTrue(err().contains(part), () -> "'" + part + "' is not in: " + err());
        }
        return this;
    }

    CapturedRun prints(String... parts) {
        for (String part : parts) {
            assertTrue(out().contains(part), () -> "'" + part + "' is not in: " + out());
        }
        return this;
    }
}

package dev.mayfly.host.cli;

import java.util.List;

/** Ends a command: a sentence that says what went wrong, lines that say what to do about it, and the exit code. */
final class CommandFailure extends RuntimeException {
    private final int exitCode;
    private final String sentence;

    @SuppressWarnings("serial") // Never serialised.
    private final List<String> advice;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param sentence what went wrong, without a full stop
     * @param advice what to do, a line each
     */
    CommandFailure(int exitCode, String sentence, String... advice) {
        this(exitCode, sentence, List.of(advice));
    }

    CommandFailure(int exitCode, String sentence, List<String> advice) {
        super(sentence);
        this.exitCode = exitCode;
        this.sentence = sentence;
        this.advice = List.copyOf(advice);
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return sentence;
    }

    List<String> advice() {
        return advice;
    }

    /** Shows it as every command's failure is shown. */
    void print(Terminal terminal) {
        terminal.note(terminal.err(Terminal.Emphasis.RED, "mayfly:") + " " + sentence);
        advice.forEach(line -> terminal.note("  " + line));
    }
}

package dev.mayfly.host.cli;

/** What the shell gets to know. The same for every command, and shown in its help by {@link StandardCommand}. */
final class ExitCode {
    static final int OK = 0;

    /** The host said no, the function failed, or the work couldn't be done. */
    static final int FAILED = 1;

    /** The command line is wrong. */
    static final int USAGE = 2;

    /** This machine lacks something: the message says what and how to get it. The scripts in {@code tools/} use the same number. */
    static final int TOOL_MISSING = 3;

    static final int UNREACHABLE = 4;

    static final int TIMED_OUT = 5;

    private ExitCode() {}
}

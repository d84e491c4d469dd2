package dev.mayfly.host.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The streams a command reads and writes, and what may be written to them.
 *
 * @param in bytes for {@code invoke -d -}
 * @param out results
 * @param err progress, notes and failures
 * @param outInteractive whether a person reads {@code out}: binary answers are kept from it
 * @param errInteractive whether a person reads {@code err}: progress is redrawn in place
 * @param outColours whether {@code out} may carry colours
 * @param errColours whether {@code err} may carry colours
 */
record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outInteractive,
        boolean errInteractive,
        boolean outColours,
        boolean errColours) {
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}&&[^\\t\\n]]");

    /** How emphasis is written: the parameter of an ANSI "select graphic rendition" sequence (ECMA-48, 8.3.117). */
    enum Emphasis {
        BOLD("1"),
        FAINT("2"),
        RED("1;31"),
        GREEN("32"),
        YELLOW("33"),
        CYAN("36");

        private final String parameter;

        Emphasis(String parameter) {
            this.parameter = parameter;
        }
    }

    /** The process's own streams. Colours follow <a href="https://no-color.org">NO_COLOR</a> and {@code TERM=dumb}. */
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        boolean outInteractive = isInteractive(1);
        boolean errInteractive = isInteractive(2);
        boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
        return new Terminal(
                System.in,
                System.out,
                System.err,
                outInteractive,
                errInteractive,
                outInteractive && colours,
                errInteractive && colours);
    }

    // System.console() answers for standard input and output together, and a pipe into one must not take the colours
    // off the other.
    private static boolean isInteractive(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException noProc) {
            return Optional.ofNullable(System.console())
                    .map(Console::isTerminal)
                    .orElse(false);
        }
    }

    String out(Emphasis emphasis, String text) {
        return outColours ? emphasised(emphasis, text) : text;
    }

    String err(Emphasis emphasis, String text) {
        return errColours ? emphasised(emphasis, text) : text;
    }

    private static String emphasised(Emphasis emphasis, String text) {
        return "\u001b[" + emphasis.parameter + "m" + text + "\u001b[0m";
    }

    /**
     * Text that a function wrote, without what would move the cursor, change colours or ring the bell: functions are not trusted with the
     * terminal. Lines after the first are indented, so that none passes for one of ours.
     */
    static String printable(String text) {
        return CONTROLS.matcher(text).replaceAll("\ufffd").replace("\n", "\n    ");
    }

    /** A line for whoever watches, on {@link #err}. */
    void note(String line) {
        err.println(line);
    }
}

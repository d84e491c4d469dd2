package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mayfly completion} prints works in a real shell. */
@Timeout(60)
final class CompletionCommandTest {
    @TempDir
    private Path folder;

    @Test
    void bashCompletesCommandsTheirVerbsAndOptions() throws Exception {
        assertEquals(List.of("deploy"), completed("mayfly", "dep"));
        assertTrue(completed("mayfly", "").containsAll(List.of("serve", "key", "completion", "bench")));
        assertFalse(completed("mayfly", "").contains("training-run"), "what is for the launcher only");
        assertEquals(List.of("rotate"), completed("mayfly", "key", "ro"));
        assertEquals(List.of("--ca-file"), completed("mayfly", "list", "--ca"));
    }

    @Test
    void fishIsToldOfEachCommandItsVerbsAndOptions() {
        String script = fishScript();
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'\\'' -a deploy -d 'Upload ");
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'key\\'' -a rotate -d '");
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'list\\'' -l ca-file -r -F -d '");
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'list\\'' -l output -r -f -a 'text json'");
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'completion\\'' -f -a 'bash zsh fish'");
        assertHasLine(script, "complete -c mayfly -n '__mayfly_at \\'serve\\'' -s h -l help -d '");
        assertFalse(script.contains("training-run"), "what is for the launcher only");
        assertFalse(script.contains("${") || script.contains("%n") || script.contains("@|"), "left to picocli");
    }

    private static String fishScript() {
        return CapturedRun.of("completion", "fish").exits(ExitCode.OK).out();
    }

    private static void assertHasLine(String script, String start) {
        assertTrue(script.lines().anyMatch(line -> line.startsWith(start)), () -> start + "\n" + script);
    }

    @Test
    void fishCompletesCommandsTheirVerbsAndOptions() throws Exception {
        assumeTrue(isInstalled("fish") || "true".equals(System.getenv("CI")), "fish is not installed");
        Path script = Files.writeString(folder.resolve("mayfly.fish"), fishScript());
        assertEquals("", said("fish", "-n", script.toString()));
        assertEquals(List.of("deploy"), fishCompleted(script, "mayfly dep"));
        assertEquals(List.of("rotate"), fishCompleted(script, "mayfly key ro"));
        assertEquals(List.of("--ca-file"), fishCompleted(script, "mayfly list --ca"));
        assertEquals(List.of("json"), fishCompleted(script, "mayfly key list --output j"));
        assertEquals(List.of(), fishCompleted(script, "mayfly deploy key ro"), "a name is no command");
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, program)));
    }

    /** What fish proposes, without what it says about it. */
    private static List<String> fishCompleted(Path script, String line) throws IOException, InterruptedException {
        return said("fish", "--no-config", "-c", "source " + script + "; complete -C '" + line + "'")
                .lines()
                .map(proposed -> proposed.replaceFirst("\t.*", ""))
                .toList();
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    @Test
    void aShellThatThereIsNoScriptForIsAMistake() {
        CapturedRun.of("completion", "zsh").exits(ExitCode.OK).prints("bashcompinit");
        CapturedRun.of("completion", "csh").exits(ExitCode.USAGE).says("csh");
    }

    /** What bash proposes for the last of these words. */
    private List<String> completed(String... words) throws IOException, InterruptedException {
        Path script = folder.resolve("completion");
        Files.writeString(
                script, CapturedRun.of("completion", "bash").exits(ExitCode.OK).out());
        String line = String.join(" ", words);
        String asked = """
                set -e
                source "%s"
                COMP_WORDS=(%s)
                COMP_CWORD=%d
                COMP_LINE="%s"
                COMP_POINT=${#COMP_LINE}
                set +e
                # It may be asked while the shell completes only.
                compopt() { :; }
                _complete_mayfly
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(
                script,
                String.join(
                        " ",
                        List.of(words).stream().map(word -> "'" + word + "'").toList()),
                words.length - 1,
                line);
        return said("bash", "-c", asked)
                .lines()
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}

package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        Process bash = new ProcessBuilder("bash", "-c", asked)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), said);
        return said.lines().map(String::strip).filter(word -> !word.isEmpty()).toList();
    }
}

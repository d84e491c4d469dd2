package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.client.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a host refuses is shown whole, with what to do about it. */
final class HostFailureTest {
    @Test
    void everyMissingImportIsNamedOnce() throws IOException {
        CapturedRun shown = shown(422, """
                {"type": "urn:mayfly:problem:missing-imports", "title": "The component needs imports", "status": 422,
                 "detail": "not offered:\\n  acme:kv/store@1.0.0",
                 "imports": ["acme:kv/store@1.0.0", "acme:mail/send@1.0.0: needs 1.1.0"]}
                """);
        assertEquals("""
                mayfly: hello was not deployed: The component needs imports
                  not offered:
                    acme:kv/store@1.0.0
                    acme:mail/send@1.0.0: needs 1.1.0
                """, shown.err());
        shown.exits(ExitCode.FAILED);
    }

    @Test
    void aLimitIsNamedWithTheOptionThatSetsIt() throws IOException {
        shown(413, """
                {"type": "urn:mayfly:problem:component-too-large", "title": "Component too large",
                 "detail": "more than component-bytes-max=1024", "limit": "component-bytes-max"}
                """).says("more than component-bytes-max=1024", "mayfly serve --component-bytes-max");
    }

    @Test
    void anOverloadedHostIsToBeAskedAgain() throws IOException {
        shown(503, """
                {"type": "urn:mayfly:problem:overloaded", "title": "Overloaded", "retryAfterSeconds": 3}
                """).says("hello was not deployed: Overloaded\n", "try again in 3 s");
    }

    @Test
    void aTrapIsShownWithTheInvocationItHappenedIn() throws IOException {
        shown(500, """
                {"type": "urn:mayfly:problem:function-trapped", "title": "Function trapped", "detail": "in handle at 0x1f2",
                 "trap": "out-of-bounds", "instance": "01JD0000000000000000000007"}
                """).says("in handle at 0x1f2", "trap: out-of-bounds", "invocation: 01JD0000000000000000000007");
    }

    @Test
    void aDeadlineThatPassedHasItsOwnExitCode() throws IOException {
        shown(504, """
                {"type": "urn:mayfly:problem:deadline-exceeded", "title": "Deadline exceeded", "limit": "deadline-ms"}
                """).exits(ExitCode.TIMED_OUT).says("mayfly serve --deadline");
    }

    @Test
    void aFunctionsWordsCantControlTheTerminal() throws IOException {
        CapturedRun shown = shown(404, """
                {"type": "urn:mayfly:problem:function-not-found", "title": "Not found", "detail": "\\u001b[2Jgone\\u0007"}
                """);
        assertEquals("mayfly: hello was not deployed: Not found\n  \ufffd[2Jgone\ufffd\n", shown.err());
    }

    @Test
    void aFunctionsOwnProblemDocumentIsNotTheHosts() throws IOException {
        for (String document : List.of(
                "{\"type\": \"about:blank\", \"title\": \"Not Found\"}",
                "[]",
                "{\"type\": \"urn:mayfly:problem:not-found\", \"imports\": {\"a\": 1}}")) {
            assertEquals(
                    Optional.empty(), Problem.of(404, Json.parse(document.getBytes(StandardCharsets.UTF_8))), document);
        }
    }

    private static CapturedRun shown(int status, String json) throws IOException {
        Problem problem = Problem.of(status, Json.parse(json.getBytes(StandardCharsets.UTF_8)))
                .orElseThrow();
        return CapturedRun.plain().failed(HostFailure.of("hello was not deployed", problem));
    }
}

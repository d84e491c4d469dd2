package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who debugs a warm-up has it built by the first call, and reads what is wrong in its answer. */
@Timeout(120)
final class WarmupDebugTest {
    private static final String JOURNAL = "x-edge-instance-journal-status";

    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static void deploy(String name, String warmup) throws Exception {
        host.deploy(name, "warm", "{'warmup':{" + warmup + "}}").expect(201);
    }

    @Test
    void theFirstCallHasTheSnapshotBuiltAndStartsFromIt() throws Exception {
        deploy("inline", "'debug':true,'requests':[{'path':'/look'},{'path':'/counted'}]");
        assertEquals("cold", host.warmup("inline").path("state").asText(), "nobody has called it");
        for (int i = 0; i < 2; i++) {
            Answer answer = host.get("/f/inline/counted").expect(200);
            assertEquals("warmed", answer.header("mayfly-start"));
            assertEquals("bootstrap=journal+memory", answer.header(JOURNAL));
            assertEquals("3", answer.text());
        }
    }

    @Test
    void callsThatComeAtOnceWaitForOneBuild() throws Exception {
        deploy("crowd", "'debug':true,'requests':[{'path':'/look'},{'path':'/plain'}]");
        List<CompletableFuture<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(host.begin("/f/crowd/counted"));
        }
        String built = null;
        for (CompletableFuture<Answer> call : calls) {
            assertEquals("3", call.get().expect(200).text());
            String ended = host.warmup("crowd").path("endedAt").asText();
            assertTrue(built == null || built.equals(ended));
            built = ended;
        }
    }

    @Test
    void whatIsWrongIsInTheAnswerUntilItIsMended() throws Exception {
        deploy("wrong", "'debug':true,'requests':[{'path':'/look'},{'path':'/fail'}]");
        for (int i = 0; i < 2; i++) {
            Answer answer = host.get("/f/wrong/plain");
            answer.problem(500, "warmup-failed");
            assertTrue(
                    answer.json()
                            .path("detail")
                            .asText()
                            .contains("warm-up request 2 (GET /fail) was answered with status 500"),
                    answer::text);
            assertEquals("", answer.header(JOURNAL));
        }
        assertEquals("refused", host.warmup("wrong").path("state").asText());
    }

    @Test
    void withoutDebugNobodyWaitsAndTheHeaderIsNotSent() throws Exception {
        deploy("usual", "'requests':[{'path':'/plain'}]");
        Waiting.until(
                "it is warmed",
                () -> host.warmup("usual").path("state").asText().equals("warmed"));
        assertEquals("", host.get("/f/usual/plain").expect(200).header(JOURNAL));
    }
}

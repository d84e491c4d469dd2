package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final String ERASE_LINE = "\r\u001b[K";

    @Test
    void aTerminalSeesBytesGoOutAndThenTheTimeSpentCompiling() {
        CapturedRun run = CapturedRun.onTerminal(false);
        Progress progress = new Progress(run.context().terminal(), "hello");
        BodyPublisher body = progress.counting(publisherOf(new byte[512], new byte[1536]));
        progress.tick();
        Flow.Subscription upload = subscribe(body);
        upload.request(1);
        progress.tick();
        upload.request(1);
        progress.tick();
        progress.end();
        assertEquals(
                ERASE_LINE + "uploading hello: 0 B of 2 KiB (0 %)"
                        + ERASE_LINE + "uploading hello: 512 B of 2 KiB (25 %)"
                        + ERASE_LINE + "compiling hello: 0.0 s"
                        + ERASE_LINE,
                run.err());
    }

    @Test
    void elsewhereALineSaysThatItBegins() {
        CapturedRun run = CapturedRun.plain();
        Progress progress = new Progress(run.context().terminal(), "hello");
        progress.counting(BodyPublishers.ofByteArray(new byte[2048]));
        progress.tick();
        progress.end();
        assertEquals("uploading hello: 2 KiB\n", run.err());
    }

    private static BodyPublisher publisherOf(byte[]... parts) {
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofByteArrays(List.of(parts)),
                Arrays.stream(parts).mapToLong(part -> part.length).sum());
    }

    private static Flow.Subscription subscribe(BodyPublisher body) {
        CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        body.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscribed.complete(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                // The bytes go nowhere.
            }

            @Override
            public void onError(Throwable failure) {
                throw new AssertionError(failure);
            }

            @Override
            public void onComplete() {
                // The last tick shows it.
            }
        });
        return subscribed.join();
    }
}

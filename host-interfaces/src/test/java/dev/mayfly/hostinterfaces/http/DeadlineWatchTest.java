package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.awaitTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each exchange is cancelled at its own deadline, whatever the others' are, and those that end in time wake nobody. */
class DeadlineWatchTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final DeadlineWatch watch = new DeadlineWatch(timer);

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    private HttpUriRequestBase watched(Duration time) {
        HttpUriRequestBase request = new HttpUriRequestBase("GET", URI.create("/"));
        watch.add(exchange(request, time));
        return request;
    }

    private Exchange exchange(HttpUriRequestBase request, Duration time) {
        return new Exchange(request, Deadline.in(time), watch, 1, () -> {});
    }

    @Test
    void anEarlierDeadlineThanAllKnownIsKept() throws InterruptedException {
        HttpUriRequestBase late = watched(LONG);
        HttpUriRequestBase soon = watched(SHORT);
        awaitTrue("cancelled at its deadline", soon::isCancelled);
        assertFalse(late.isCancelled());
    }

    @Test
    void aLaterDeadlineIsKeptWhenTheEarlierOneHasPassed() throws InterruptedException {
        HttpUriRequestBase first = watched(SHORT);
        HttpUriRequestBase second = watched(SHORT.multipliedBy(3));
        awaitTrue("the first is cancelled", first::isCancelled);
        awaitTrue("so is the second", second::isCancelled);
    }

    @Test
    void oneThatIsOverIsLeftAlone() throws InterruptedException {
        HttpUriRequestBase request = new HttpUriRequestBase("GET", URI.create("/"));
        Exchange over = exchange(request, SHORT);
        watch.add(over);
        watch.remove(over);
        HttpUriRequestBase other = watched(SHORT.multipliedBy(2));
        awaitTrue("the other one is cancelled", other::isCancelled);
        assertFalse(request.isCancelled());
    }

    @Test
    void thousandsThatEndInTimePlanOneLook() {
        for (int i = 0; i < 10_000; i++) {
            Exchange exchange = exchange(new HttpUriRequestBase("GET", URI.create("/")), LONG);
            watch.add(exchange);
            watch.remove(exchange);
        }
        assertEquals(1, timer.getTaskCount());
    }

    @Test
    void closingCancelsAllAndRefusesMore() throws InterruptedException {
        HttpUriRequestBase underWay = watched(LONG);
        watch.close();
        awaitTrue("cancelled", underWay::isCancelled);
        assertThrows(HostError.class, () -> watched(LONG));
    }
}

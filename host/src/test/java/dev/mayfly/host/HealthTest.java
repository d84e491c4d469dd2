package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.observe.CanaryWatch;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host says that it is ready when it is. */
@Timeout(120)
class HealthTest {
    @Test
    void aHostWhoseCatalogCanNotBeWrittenIsNotReady() throws Exception {
        try (TestHost host = TestHost.start()) {
            host.get("/observe/health/ready").expect(200);
            try (Connection other = DriverManager.getConnection(
                            "jdbc:sqlite:" + host.folder().resolve("catalog.sqlite"));
                    Statement statement = other.createStatement()) {
                // Whoever holds the lock for longer than a deployment takes keeps all others from writing.
                statement.execute("BEGIN IMMEDIATE");
                Waiting.until(
                        "it is not ready",
                        () -> host.get("/observe/health/ready").status() == 503);
                host.get("/observe/health/live").expect(200);
                statement.execute("ROLLBACK");
            }
            Waiting.until("it is ready", () -> host.get("/observe/health/ready").status() == 200);
        }
    }

    @Test
    void aCanaryThatFailsStaysFailedAndOneWithoutRoomSaysNothing() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Runnable canary = () -> {
            switch (runs.incrementAndGet()) {
                case 1 -> {}
                case 2 -> throw new MayflyException.Unavailable("no slot", Duration.ZERO);
                default -> throw new MayflyException.NotInstalled("memory is not as new");
            }
        };
        try (CanaryWatch watch = new CanaryWatch(canary, Duration.ofMillis(50))) {
            Waiting.until("it ran twice", () -> runs.get() >= 2);
            assertFalse(runs.get() == 2 && watch.hasFailed());
            Waiting.until("it failed", watch::hasFailed);
            assertTrue(runs.get() >= 3);
        }
    }
}

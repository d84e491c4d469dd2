package dev.mayfly.snapshots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work beside a build's own ends with the build, whatever becomes of either. */
@Timeout(30)
final class SideTaskTest {
    @Test
    void runs_beside_whoever_started_it() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (SideTask<Integer> task = SideTask.start("test-task", () -> {
            goOn.await();
            return 42;
        })) {
            goOn.countDown();
            assertEquals(42, task.result());
        }
    }

    @Test
    void throws_what_the_work_threw() {
        try (SideTask<Integer> task = SideTask.start("test-task", () -> {
            throw new MayflyException.Invalid("no such thing");
        })) {
            assertEquals(
                    "no such thing",
                    assertThrows(MayflyException.Invalid.class, task::result).getMessage());
        }
    }

    @Test
    void closed_early_it_is_interrupted_and_has_ended() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        SideTask<Integer> task = SideTask.start("test-task", () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return 0;
            } finally {
                ended.set(true);
            }
        });
        begun.await();
        task.close();
        assertTrue(ended.get());
    }

    @Test
    void an_interrupt_while_it_is_closed_is_kept() {
        SideTask<Integer> task = SideTask.start("test-task", () -> {
            new CountDownLatch(1).await();
            return 0;
        });
        Thread.currentThread().interrupt();
        task.close();
        assertTrue(Thread.interrupted());
    }
}

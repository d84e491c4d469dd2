package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class IndexStackTest {
    @Test
    void givesWhatWasPushedLastFirst() {
        IndexStack stack = new IndexStack(3);
        stack.push(0);
        stack.push(2);
        stack.push(1);
        assertEquals(1, stack.pop());
        assertEquals(2, stack.pop());
        assertEquals(0, stack.pop());
        assertEquals(IndexStack.EMPTY, stack.pop());
    }

    @Test
    void findsWhatAnotherThreadPushed() throws Exception {
        IndexStack stack = new IndexStack(1);
        for (int i = 0; i < 64; i++) {
            Thread pusher = Thread.ofPlatform().start(() -> stack.push(0));
            pusher.join();
            assertEquals(0, stack.pop());
        }
    }

    @Test
    void countsWhatIsInIt() {
        IndexStack stack = new IndexStack(5);
        for (int i = 0; i < 5; i++) {
            stack.push(i);
        }
        stack.pop();
        assertEquals(4, stack.size());
    }

    @Test
    void neverGivesAnIndexToTwoThreads() throws Exception {
        int indices = 5;
        IndexStack stack = new IndexStack(indices);
        AtomicIntegerArray owners = new AtomicIntegerArray(indices);
        for (int i = 0; i < indices; i++) {
            stack.push(i);
        }
        Hammer.platformThreads(8, (thread, round) -> {
            int index = stack.pop();
            if (index != IndexStack.EMPTY) {
                assertTrue(owners.compareAndSet(index, 0, thread + 1), "an index had two owners");
                if ((round & 7) == 0) {
                    LockSupport.parkNanos(1);
                }
                assertTrue(owners.compareAndSet(index, thread + 1, 0), "an index had two owners");
                stack.push(index);
            }
        });
        assertEquals(indices, stack.size());
        boolean[] seen = new boolean[indices];
        for (int i = 0; i < indices; i++) {
            seen[stack.pop()] = true;
        }
        for (boolean s : seen) {
            assertTrue(s, "an index was lost");
        }
    }
}

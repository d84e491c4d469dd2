package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void tellsATopThatCameBackFromOneThatNeverLeft() {
        long top = IndexStack.next(0, 7);
        long cameBack = IndexStack.next(IndexStack.next(top, 0), 7);
        assertEquals((int) top, (int) cameBack, "the same index lies on top");
        assertNotEquals(top, cameBack);
        assertNotEquals(
                IndexStack.next(-1, 7), IndexStack.next(0, 7), "the tag starts over without touching the index");
        assertEquals(7, (int) IndexStack.next(-1, 7));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void neverGivesAnIndexToTwoThreads(int stripes) throws Exception {
        int indices = 5;
        IndexStack stack = new IndexStack(indices, stripes);
        AtomicIntegerArray owners = new AtomicIntegerArray(indices);
        for (int i = 0; i < indices; i++) {
            stack.push(i);
        }
        // Two at a time, and the first back before the second: the top that a slower thread saw is there again, over
        // another index.
        Hammer.platformThreads(8, (thread, round) -> {
            int first = take(stack, owners, thread);
            int second = take(stack, owners, thread);
            if ((round & 7) == 0) {
                LockSupport.parkNanos(1);
            }
            giveBack(first, stack, owners, thread);
            giveBack(second, stack, owners, thread);
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

    private static int take(IndexStack stack, AtomicIntegerArray owners, int thread) {
        int index = stack.pop();
        assertTrue(index == IndexStack.EMPTY || owners.compareAndSet(index, 0, thread + 1), "an index had two owners");
        return index;
    }

    private static void giveBack(int index, IndexStack stack, AtomicIntegerArray owners, int thread) {
        if (index != IndexStack.EMPTY) {
            assertTrue(owners.compareAndSet(index, thread + 1, 0), "an index had two owners");
            stack.push(index);
        }
    }
}

package dev.mayfly.hostinterfaces;

import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;

/**
 * Performs one operation for any function that asks: reads its parameters in the order of its WIT, and writes its result.
 *
 * <p>Threads: called from many at once. The calling thread is the invocation's own, a virtual one as a rule, with no native frame on its
 * stack: a handler may block.
 */
@FunctionalInterface
public interface OperationHandler {
    /**
     * Performs an operation. What a function can act on is a {@link HostError}; any other exception is a bug or a broken machine and ends the
     * invocation.
     */
    void perform(OperationCall call, ArgumentReader parameters, AnswerWriter result);
}

package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.InvocationSlot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * What a function asks for, and room for the answer: a view on its invocation's frame, used again for each operation of the invocation.
 *
 * <p>Threads: the invocation's own. Arguments are valid, and answers possible, until {@link OperationHandler#perform} returns.
 */
public final class OperationCall {
    private final InvocationSlot slot;
    private final FunctionContext function;

    public OperationCall(InvocationSlot slot, FunctionContext function) {
        this.slot = slot;
        this.function = function;
    }

    public FunctionContext function() {
        return function;
    }

    /** Its number; {@link Operation} names them. */
    public int operation() {
        return slot.frame().operation();
    }

    /** The numeric argument. */
    public long argument() {
        return slot.frame().argument();
    }

    /** The argument's bytes, in the function's memory or the frame: copy what is to outlive the call. */
    public MemorySegment argumentBytes() {
        return slot.frame().argumentBytes();
    }

    /** The argument's bytes as text. */
    public String argumentText() {
        return new String(argumentBytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Answers with text. What is longer than the slot has room for is answered as {@link Operation#LIMIT_EXCEEDED}. */
    public void answerText(String text) {
        slot.answerText(text);
    }

    /** Answers with a status alone: {@link Operation#OK}, {@link Operation#NOT_FOUND} and so on. */
    public void answerStatus(int status) {
        slot.answerStatus(status);
    }
}

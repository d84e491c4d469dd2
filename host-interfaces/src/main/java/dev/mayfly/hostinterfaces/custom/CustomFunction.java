package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A function of an interface and the method behind it.
 *
 * @param method from an array of its arguments, the receiver first
 * @param receiver the program's object; null for a resource's method, whose receiver is the first parameter
 * @param takesCall whether the method wants to know who calls
 * @param answer null when there is nothing to answer
 * @param throwsErrors whether the answer is a {@code result} of which the method returns only what is ok
 */
record CustomFunction(
        String name,
        MethodHandle method,
        @Nullable Object receiver,
        boolean takesCall,
        List<Codec> parameters,
        @Nullable Codec answer,
        boolean throwsErrors) {

    void perform(OperationCall operation, ArgumentReader in, AnswerWriter out, DeadlineWatch watch) {
        CustomCall call = new CustomCall(operation);
        Object result = await(operation, invoke(operation, arguments(call, in), watch));
        if (throwsErrors) {
            out.u8(0);
        }
        if (answer != null) {
            answer.write(call, Objects.requireNonNull(result, () -> name + " returned null"), out);
        }
        call.requireAll();
    }

    private Object[] arguments(CustomCall call, ArgumentReader in) {
        Object[] arguments = new Object[parameters.size() + (receiver == null ? 0 : 1) + (takesCall ? 1 : 0)];
        int parameter = 0;
        int at = 0;
        arguments[at++] =
                receiver != null ? receiver : parameters.get(parameter++).read(call, in);
        if (takesCall) {
            arguments[at++] = call.operation();
        }
        while (parameter < parameters.size()) {
            arguments[at++] = parameters.get(parameter++).read(call, in);
        }
        return arguments;
    }

    private @Nullable Object invoke(OperationCall call, Object[] arguments, DeadlineWatch watch) {
        DeadlineWatch.Watched watched = watch.begin(call.invocationDeadline());
        Object result;
        try {
            result = (Object) method.invokeExact(arguments);
        } catch (Throwable e) {
            throw failure(e, watch.end(watched));
        }
        watch.end(watched);
        return result;
    }

    private @Nullable Object await(OperationCall call, @Nullable Object result) {
        if (!(result instanceof CompletionStage<?> stage)) {
            return result;
        }
        CompletableFuture<?> future = stage.toCompletableFuture();
        try {
            return future.get(call.invocationDeadline().left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw failure(e, true);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause(), false);
        } catch (InterruptedException e) {
            throw failure(e, false);
        } finally {
            future.cancel(true);
        }
    }

    /** What a function may know is a HostError already; everything else ends its invocation, and the host's log has it. */
    private RuntimeException failure(Throwable cause, boolean late) {
        if (late) {
            return HostError.of(HostError.Kind.TIMEOUT, name + " took longer than the invocation may", cause);
        }
        return switch (cause) {
            case HostError error -> error;
            case Error error -> throw error;
            case InterruptedException interrupt -> {
                // Whoever made the call gave up: the invocation ends at one of its next ticks.
                Thread.currentThread().interrupt();
                yield HostError.of(HostError.Kind.UNAVAILABLE, name + " was interrupted", interrupt);
            }
            default -> new IllegalStateException("the method for " + name + " threw an exception", cause);
        };
    }
}

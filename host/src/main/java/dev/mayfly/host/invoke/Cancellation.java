package dev.mayfly.host.invoke;

/** Says whether anybody still waits for an invocation. */
@FunctionalInterface
public interface Cancellation {
    /** Nobody can cancel. */
    Cancellation NEVER = () -> false;

    /**
     * Whether the invocation shall end. Asked on the invocation's thread, every few ticks of a function that runs long, so that asking may cost
     * something and short invocations never pay for it.
     */
    boolean isCancelled();
}

package dev.mayfly.host;

/** Why a call of a function has no response. The message says more and is for the program and its log, not for strangers. */
public final class InvocationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String outcome;

    InvocationException(String function, String outcome, String message) {
        super("function " + function + ": " + outcome + (message.isEmpty() ? "" : ": " + message));
        this.outcome = outcome;
    }

    /**
     * How it ended, as metrics have it: {@code function-error}, {@code trap}, {@code deadline-exceeded}, {@code client-gone} when the calling thread
     * was interrupted, {@code concurrency-limit}, {@code overloaded}, {@code host-failed}, …
     */
    public String outcome() {
        return outcome;
    }
}

package glue;

/** What the caller did wrong. The answer is 400, with the message. */
public final class InvalidRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidRequest(String message) {
        super(message);
    }
}

package glue;

/**
 * A function that answers web requests. It is made by the first request that an instance gets, and kept: what its constructor prepares is there in each
 * call when a warm-up has made it.
 */
public interface WebFunction {
    /**
     * Answers one request.
     *
     * @throws InvalidRequest for what the caller did wrong. Any other exception is a mistake of the function's own: the answer is 500, and the
     *     function's log has the exception
     */
    Response handle(Request request);
}

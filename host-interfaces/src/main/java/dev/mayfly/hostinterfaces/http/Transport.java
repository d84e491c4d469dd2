package dev.mayfly.hostinterfaces.http;

import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;

/**
 * The connections of an upstream and the protocol spoken on them. Threads: any.
 *
 * <p>{@link HttpUriRequestBase#cancel} ends a request wherever it is: connecting, sending, waiting for the head, reading the body; the thread in it
 * gets an {@link IOException}.
 */
interface Transport extends AutoCloseable {
    /** Sends a request and returns when the head of its answer is there. The answer's content streams. */
    ClassicHttpResponse send(HttpHost target, HttpUriRequestBase request) throws IOException;

    int connectionsOpen();

    /** Closes what nothing was sent on for so long. */
    void closeIdle(Duration idle);

    @Override
    void close();
}

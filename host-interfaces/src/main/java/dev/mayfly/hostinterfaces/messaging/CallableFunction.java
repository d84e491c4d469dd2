package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import java.time.Duration;
import java.util.Map;

/**
 * Another function of this host: what is behind a {@code function} binding.
 *
 * <p>Threads: any. Errors: {@link dev.mayfly.hostinterfaces.HostError}.
 */
public interface CallableFunction {
    /**
     * Has it called later with an event.
     *
     * @param caller the function that wants it
     * @return the event's id; the event is on disk
     */
    String spawn(String caller, byte[] payload, Map<String, String> attributes, Duration delay, Deadline deadline);

    /**
     * Calls it with a request and waits.
     *
     * @param ancestry of the invocation that this makes
     * @return its response; the {@link Body} has all bytes already
     */
    HttpUpstream.Response call(HttpUpstream.Request request, Ancestry ancestry, Deadline deadline);
}

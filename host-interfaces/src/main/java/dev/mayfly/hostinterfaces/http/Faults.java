package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.HostError;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/** What a function is told of what went wrong on the way to an upstream and back. */
final class Faults {
    private Faults() {}

    static HostError timeout() {
        return HostError.of(HostError.Kind.TIMEOUT, "the upstream took longer than the operation's deadline");
    }

    static HostError of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HostError told) {
                return told;
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            HostError told = told(cause, failure);
            if (told != null) {
                return told;
            }
        }
        return unavailable("the connection to the upstream broke", failure);
    }

    private static @Nullable HostError told(Throwable cause, Throwable failure) {
        return switch (cause) {
            case UnknownHostException _ -> unavailable("the upstream's name can't be resolved", failure);
            case ConnectException _, NoRouteToHostException _, SocketTimeoutException _ ->
                unavailable("the upstream can't be reached", failure);
            case SSLException _ ->
                unavailable("no TLS connection to the upstream, or its certificate isn't trusted", failure);
            case MessageConstraintException _ ->
                HostError.of(
                        HostError.Kind.LIMIT_EXCEEDED,
                        "the head of the upstream's answer is larger than response-head-max",
                        failure);
            case NoHttpResponseException _ ->
                unavailable("the upstream closed the connection without an answer", failure);
            case HttpException _ -> unavailable("the upstream's answer isn't HTTP", failure);
            default -> null;
        };
    }

    private static HostError unavailable(String message, Throwable cause) {
        return HostError.of(HostError.Kind.UNAVAILABLE, message, cause);
    }
}

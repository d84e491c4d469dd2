package dev.mayfly.client;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Something was not done. The message begins with what that is. */
public abstract sealed class MayflyClientException extends RuntimeException {
    private final String undone;

    private MayflyClientException(String undone, String why, @Nullable Throwable cause) {
        super(undone + ": " + why, cause);
        this.undone = undone;
    }

    /** What was not done: {@code hello was not deployed}. */
    public String undone() {
        return undone;
    }

    /** The host refused, and said why. */
    public static final class Refused extends MayflyClientException {
        private final Problem problem;

        Refused(String undone, Problem problem) {
            super(undone, problem.title() + (problem.detail().isEmpty() ? "" : ": " + problem.detail()), null);
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }

    /** No host answers at the address, or the connection broke. */
    public static final class Unreachable extends MayflyClientException {
        private final boolean connected;

        Unreachable(String undone, String why, boolean connected, @Nullable Throwable cause) {
            super(undone, why, cause);
            this.connected = connected;
        }

        /** Whether there was a connection, so that the host may have done it all the same. */
        public boolean wasConnected() {
            return connected;
        }
    }

    /** The host has not answered in time. It may do it all the same. */
    public static final class TimedOut extends MayflyClientException {
        TimedOut(String undone, URI host, Throwable cause) {
            super(undone, "the host at " + host + " has not answered in time", cause);
        }
    }

    /** Something answered, but not as a Mayfly host does. */
    public static final class NoHost extends MayflyClientException {
        NoHost(String undone, URI host, int status) {
            super(undone, host + " answered with status " + status + ", but not as a Mayfly host does", null);
        }
    }

    /** The thread was interrupted, and still is. */
    public static final class Interrupted extends MayflyClientException {
        Interrupted(String undone, InterruptedException cause) {
            super(undone, "interrupted", cause);
        }
    }
}

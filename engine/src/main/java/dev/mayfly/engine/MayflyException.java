package dev.mayfly.engine;

import java.time.Duration;
import java.util.List;

/**
 * What went wrong, sorted by what a caller can do about it.
 *
 * <p>{@link #getMessage()} is for the operator and may name files; {@link #safeMessage()} is for whoever asked from afar. A function's trap is
 * not among these: it is an outcome of an invocation and reaches the caller as a {@link Status}.
 */
public abstract sealed class MayflyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String safeMessage;

    private MayflyException(String message, String safeMessage) {
        super(message);
        this.safeMessage = safeMessage;
    }

    /** The message without anything a remote caller must not see. */
    public final String safeMessage() {
        return safeMessage;
    }

    /** The input is wrong: mend it and try again. */
    public static non-sealed class Invalid extends MayflyException {
        private static final long serialVersionUID = 1L;

        public Invalid(String message) {
            super(message, message);
        }
    }

    /** A component asks for imports that this host does not offer; all of them are named. */
    public static final class MissingImports extends Invalid {
        private static final long serialVersionUID = 1L;

        // An immutable list of strings, which serialises whatever its declared type says.
        @SuppressWarnings("serial")
        private final List<String> imports;

        public MissingImports(List<String> imports) {
            super("the component needs " + imports.size() + " import(s) that this host does not offer:\n  "
                    + String.join("\n  ", imports));
            this.imports = List.copyOf(imports);
        }

        /** One line an import: its interface and function, and why it can't be satisfied. */
        public List<String> imports() {
            return imports;
        }
    }

    /** What was named does not exist. */
    public static final class NotFound extends MayflyException {
        private static final long serialVersionUID = 1L;

        public NotFound(String message) {
            super(message, message);
        }
    }

    /** Something else holds what is needed, for instance another host the data folder. */
    public static final class Conflict extends MayflyException {
        private static final long serialVersionUID = 1L;

        public Conflict(String message) {
            super(message, message);
        }
    }

    /** A named limit would be passed. */
    public static final class LimitExceeded extends MayflyException {
        private static final long serialVersionUID = 1L;

        private final String limit;

        /**
         * @param limit the limit's name as configured, for instance {@code component-bytes-max}
         * @param message what was asked for and what the limit is
         */
        public LimitExceeded(String limit, String message) {
            super(message, message);
            this.limit = limit;
        }

        public String limit() {
            return limit;
        }
    }

    /** There is no room at the moment; the same call may succeed after {@link #retryAfter()}. */
    public static final class Unavailable extends MayflyException {
        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        public Unavailable(String message, Duration retryAfter) {
            super(message, message);
            this.retryAfter = retryAfter;
        }

        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** An artifact was made by another engine, for another machine, or is not one at all: compile the component again. */
    public static final class IncompatibleArtifact extends MayflyException {
        private static final long serialVersionUID = 1L;

        public IncompatibleArtifact(String message) {
            super(message, "the compiled artifact does not fit this engine");
        }
    }

    /** The machine or its set-up keeps Mayfly from working; the message says what to install or to change. */
    public static final class NotInstalled extends MayflyException {
        private static final long serialVersionUID = 1L;

        public NotInstalled(String message) {
            super(message, "the host is not installed correctly");
        }
    }

    /** A bug of ours, or the machine failing (disk, memory). */
    public static final class Internal extends MayflyException {
        private static final long serialVersionUID = 1L;

        public Internal(String message) {
            super(message, "the host failed; its log has the cause");
        }

        public Internal(String message, Throwable cause) {
            this(message);
            initCause(cause);
        }
    }
}

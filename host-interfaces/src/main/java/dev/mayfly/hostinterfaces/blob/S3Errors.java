package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What a function is told of what S3 and its client say: they name hosts and buckets. */
final class S3Errors {
    static final int RANGE_NOT_SATISFIABLE = 416;

    private S3Errors() {}

    static HostError of(SdkException e, Deadline deadline) {
        if (e instanceof S3Exception answer) {
            return ofAnswer(answer);
        }
        boolean timeout = e instanceof ApiCallTimeoutException
                || e instanceof ApiCallAttemptTimeoutException
                || e instanceof AbortedException;
        return timeout || deadline.atNs() - System.nanoTime() <= 0
                ? HostError.of(Kind.TIMEOUT, "the store didn't answer before the deadline", e)
                : HostError.of(Kind.UNAVAILABLE, "the store can't be reached", e);
    }

    private static HostError ofAnswer(S3Exception e) {
        String code = e.awsErrorDetails() == null
                ? ""
                : String.valueOf(e.awsErrorDetails().errorCode());
        if (code.equals("NoSuchBucket")) {
            return HostError.of(Kind.UNAVAILABLE, "the store isn't there", e);
        }
        return switch (e.statusCode()) {
            case 404 -> BlobRules.notFound();
            case 401, 403 -> HostError.of(Kind.PERMISSION_DENIED, "the store doesn't let this host do that", e);
            case 400, RANGE_NOT_SATISFIABLE ->
                code.equals("EntityTooLarge")
                        ? HostError.of(Kind.LIMIT_EXCEEDED, "the blob is larger than the store takes", e)
                        : HostError.of(Kind.INVALID, "the store refuses the request", e);
            case 409, 412 -> HostError.of(Kind.CONFLICT, "the blob was changed meanwhile", e);
            default -> HostError.of(Kind.UNAVAILABLE, "the store doesn't work at the moment", e);
        };
    }
}

package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Brings bodies to S3. Nobody sees a blob before all of it has come. */
final class S3Upload {
    private static final System.Logger LOG = System.getLogger(S3Upload.class.getName());

    /** S3 takes 10,000 parts of at least 5 MiB, so that a blob may have 78 GiB. */
    static final int PART_BYTES = 8 << 20;

    private static final int FIRST_BUFFER_BYTES = 64 << 10;

    /** For telling S3 to forget the parts of an upload whose own deadline may have passed. */
    private static final Duration ABORT_TIME = Duration.ofSeconds(5);

    /** What is uploaded where. */
    record Target(String key, String contentType, Map<String, String> metadata, Deadline deadline) {}

    private final S3Client client;
    private final String bucket;
    private final int buffersMax;
    private final Semaphore buffers;

    S3Upload(S3Client client, String bucket, int buffersMax) {
        this.client = client;
        this.bucket = bucket;
        this.buffersMax = buffersMax;
        this.buffers = new Semaphore(buffersMax, true);
    }

    /** Returns the etag. S3 takes it all in one request, or nothing. */
    String knownLength(Target target, BlobInput body, long length) {
        AtomicBoolean begun = new AtomicBoolean();
        return put(
                target,
                RequestBody.fromContentProvider(
                        () -> {
                            if (begun.getAndSet(true)) {
                                throw HostError.of(Kind.UNAVAILABLE, "the store failed while it took the body");
                            }
                            return body;
                        },
                        length,
                        target.contentType()));
    }

    private String put(Target target, RequestBody body) {
        return client.putObject(
                        request -> request.bucket(bucket)
                                .key(target.key())
                                .contentType(target.contentType())
                                .metadata(target.metadata())
                                .overrideConfiguration(S3BlobStore.limit(target.deadline())),
                        body)
                .eTag();
    }

    /** Returns the etag. What fits one part is put at once, other bodies part by part. */
    String unknownLength(Target target, BlobInput body) {
        takeBuffer(target.deadline());
        try {
            byte[] buffer = new byte[FIRST_BUFFER_BYTES];
            int filled = fill(body, buffer);
            while (filled == buffer.length && buffer.length < PART_BYTES) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
                filled += fill(body, buffer, filled);
            }
            return filled < PART_BYTES
                    ? put(target, part(buffer, filled, target))
                    : putParts(target, body, buffer, filled);
        } finally {
            buffers.release();
        }
    }

    private String putParts(Target target, BlobInput body, byte[] buffer, int firstFilled) {
        String upload = client.createMultipartUpload(request -> request.bucket(bucket)
                        .key(target.key())
                        .contentType(target.contentType())
                        .metadata(target.metadata())
                        .overrideConfiguration(S3BlobStore.limit(target.deadline())))
                .uploadId();
        boolean done = false;
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (int filled = firstFilled; filled > 0; filled = fill(body, buffer)) {
                parts.add(putPart(target, upload, parts.size() + 1, part(buffer, filled, target)));
            }
            String etag = client.completeMultipartUpload(request -> request.bucket(bucket)
                            .key(target.key())
                            .uploadId(upload)
                            .multipartUpload(all -> all.parts(parts))
                            .overrideConfiguration(S3BlobStore.limit(target.deadline())))
                    .eTag();
            done = true;
            return etag;
        } finally {
            if (!done) {
                abort(target, upload);
            }
        }
    }

    private CompletedPart putPart(Target target, String upload, int number, RequestBody part) {
        String etag = client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(target.key())
                                .uploadId(upload)
                                .partNumber(number)
                                .overrideConfiguration(S3BlobStore.limit(target.deadline())),
                        part)
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    private void abort(Target target, String upload) {
        try {
            client.abortMultipartUpload(request -> request.bucket(bucket)
                    .key(target.key())
                    .uploadId(upload)
                    .overrideConfiguration(S3BlobStore.limit(Deadline.in(ABORT_TIME))));
        } catch (SdkException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "an upload was not aborted: its parts stay until the bucket drops them",
                    e);
        }
    }

    /** Not copied, and sent again if need be. */
    private static RequestBody part(byte[] buffer, int filled, Target target) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(buffer, 0, filled), filled, target.contentType());
    }

    private static int fill(BlobInput body, byte[] buffer) {
        return fill(body, buffer, 0);
    }

    /** Reads until the buffer is full or the body ends; returns how many bytes came. */
    private static int fill(BlobInput body, byte[] buffer, int from) {
        int at = from;
        while (at < buffer.length) {
            int read = body.read(buffer, at, buffer.length - at);
            if (read < 0) {
                break;
            }
            at += read;
        }
        return at - from;
    }

    private void takeBuffer(Deadline deadline) {
        boolean taken;
        try {
            taken = buffers.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            taken = false;
        }
        if (!taken) {
            throw HostError.of(Kind.UNAVAILABLE, "no upload ended in time (limit uploads-max=" + buffersMax + ")");
        }
    }
}

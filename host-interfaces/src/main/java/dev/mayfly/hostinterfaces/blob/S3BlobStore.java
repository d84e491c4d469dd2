package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.apache.ProxyConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Blobs in a bucket of S3, or of a store that speaks its protocol.
 *
 * <p>Bodies stream: one of known length goes out as it comes in, one of unknown length in parts of 8 MiB. A deadline is for the call; reading the
 * body it gave goes on after that, as long as there is something to read every 30 seconds.
 *
 * <p>{@link #delete} asks first whether there is a blob, so that of two at once both may get true.
 */
public final class S3BlobStore implements BlobStore {
    private static final Duration CONNECT_TIME = Duration.ofSeconds(5);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private final S3Client client;
    private final String bucket;
    private final BlobRules rules;
    private final S3Upload uploads;

    private S3BlobStore(S3Client client, S3Config config, BlobLimits limits) {
        this.client = client;
        this.bucket = config.bucket();
        this.rules = new BlobRules(limits);
        this.uploads = new S3Upload(client, bucket, config.uploadsMax());
    }

    /** Opens the store, which need not be reachable yet. */
    public static S3BlobStore open(S3Config config, BlobLimits limits) {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(config.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(config.accessKey(), config.secretKey())))
                .forcePathStyle(config.pathStyle())
                // Not every store knows the newer checksums; TLS and the length protect what is on its way.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                // What is configured is all there is: nothing of this machine's environment or home folder.
                .overrideConfiguration(override ->
                        override.defaultProfileFile(ProfileFile.aggregator().build()))
                .httpClientBuilder(ApacheHttpClient.builder()
                        .maxConnections(config.poolSize())
                        .connectionTimeout(CONNECT_TIME)
                        .connectionAcquisitionTimeout(SILENCE_MAX)
                        .socketTimeout(SILENCE_MAX)
                        .proxyConfiguration(ProxyConfiguration.builder()
                                .useSystemPropertyValues(false)
                                .useEnvironmentVariableValues(false)
                                .build()));
        if (config.endpoint() != null) {
            builder.endpointOverride(config.endpoint());
        }
        return new S3BlobStore(builder.build(), config, limits);
    }

    @Override
    public Content get(String key, Deadline deadline) {
        rules.requireKey(key);
        return content(key, null, deadline);
    }

    @Override
    public Content getRange(String key, long offset, long bytes, Deadline deadline) {
        rules.requireKey(key);
        BlobRules.requireRange(offset, bytes);
        if (bytes == 0) {
            // The protocol has no empty ranges.
            return emptyAt(key, offset, deadline);
        }
        try {
            return content(key, "bytes=" + offset + "-" + (offset + bytes - 1), deadline);
        } catch (HostError e) {
            if (e.getCause() instanceof S3Exception answer && answer.statusCode() == S3Errors.RANGE_NOT_SATISFIABLE) {
                return emptyAt(key, offset, deadline);
            }
            throw e;
        }
    }

    private Content emptyAt(String key, long offset, Deadline deadline) {
        BlobInfo info = head(key, deadline);
        if (offset > info.bytes()) {
            throw BlobRules.beyond(offset, info.bytes());
        }
        return new Content(info, Body.of(new byte[0]));
    }

    private Content content(String key, @Nullable String range, Deadline deadline) {
        ResponseInputStream<GetObjectResponse> stream = call(
                deadline,
                limit -> client.getObject(
                        request -> request.bucket(bucket).key(key).range(range).overrideConfiguration(limit)));
        GetObjectResponse head = stream.response();
        String contentRange = head.contentRange();
        long bytes = contentRange == null
                ? head.contentLength()
                : Long.parseLong(contentRange.substring(contentRange.lastIndexOf('/') + 1));
        BlobInfo info = new BlobInfo(key, bytes, head.contentType(), head.eTag(), head.lastModified(), head.metadata());
        return new Content(info, Body.of(new S3Input(stream, head.contentLength()), head.contentLength()));
    }

    @Override
    public BlobInfo head(String key, Deadline deadline) {
        rules.requireKey(key);
        HeadObjectResponse head = call(
                deadline,
                limit -> client.headObject(
                        request -> request.bucket(bucket).key(key).overrideConfiguration(limit)));
        return new BlobInfo(
                key, head.contentLength(), head.contentType(), head.eTag(), head.lastModified(), head.metadata());
    }

    @Override
    public BlobInfo put(String key, Body body, String contentType, Map<String, String> metadata, Deadline deadline) {
        rules.requireKey(key);
        rules.requireDescription(contentType, metadata);
        BlobInput input = new BlobInput(body, rules.limits().blobBytesMax(), deadline);
        S3Upload.Target target = new S3Upload.Target(key, contentType, Map.copyOf(metadata), deadline);
        String etag;
        try {
            etag = body.length() == Body.UNKNOWN
                    ? uploads.unknownLength(target, input)
                    : uploads.knownLength(target, input, body.length());
        } catch (SdkException e) {
            HostError ofBody = input.failure();
            throw ofBody != null ? ofBody : S3Errors.of(e, deadline);
        }
        return new BlobInfo(key, input.bytes(), contentType, etag, Instant.now(), target.metadata());
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        try {
            head(key, deadline);
        } catch (HostError e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
        call(
                deadline,
                limit -> client.deleteObject(
                        request -> request.bucket(bucket).key(key).overrideConfiguration(limit)));
        return true;
    }

    @Override
    public Page list(String prefix, @Nullable String after, int count, Deadline deadline) {
        rules.requirePartOfKey(prefix);
        if (after != null) {
            rules.requirePartOfKey(after);
        }
        int countMax = rules.requireCount(count);
        ListObjectsV2Response page = call(
                deadline,
                limit -> client.listObjectsV2(request -> request.bucket(bucket)
                        .prefix(prefix)
                        .startAfter(after)
                        .maxKeys(countMax)
                        .overrideConfiguration(limit)));
        List<BlobInfo> blobs = page.contents().stream()
                .map(found -> new BlobInfo(found.key(), found.size(), "", found.eTag(), found.lastModified(), Map.of()))
                .toList();
        return new Page(blobs, Boolean.TRUE.equals(page.isTruncated()));
    }

    @Override
    public void close() {
        client.close();
    }

    private static <T> T call(Deadline deadline, Function<AwsRequestOverrideConfiguration, T> call) {
        AwsRequestOverrideConfiguration limit = limit(deadline);
        try {
            return call.apply(limit);
        } catch (SdkException e) {
            throw S3Errors.of(e, deadline);
        }
    }

    static AwsRequestOverrideConfiguration limit(Deadline deadline) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(deadline.left())
                .build();
    }
}

package dev.mayfly.hostinterfaces.blob;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Amazon S3, or of a store that speaks its protocol.
 *
 * <p>An upload that the host could not even abort (it was killed, or cut off) leaves parts that nobody sees: have the bucket delete incomplete
 * multipart uploads after a day, by a lifecycle rule.
 *
 * @param endpoint of another store than Amazon's, or null
 * @param region {@code us-east-1} where a store has none
 * @param bucket that exists
 * @param accessKey the id of the key
 * @param secretKey the key; it appears in no text of this record
 * @param pathStyle whether the bucket is in the path and not in the host's name
 * @param poolSize connections, 1 to 1,000; a body in reading has one
 * @param uploadsMax bodies of unknown length in writing, each with up to 8 MiB of memory; 1 to 1,000
 */
public record S3Config(
        @Nullable URI endpoint,
        String region,
        String bucket,
        String accessKey,
        String secretKey,
        boolean pathStyle,
        int poolSize,
        int uploadsMax) {
    public S3Config {
        if (endpoint != null
                && (endpoint.getHost() == null
                        || endpoint.getUserInfo() != null
                        || !("https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme())))) {
            throw new IllegalArgumentException("the endpoint is not like https://host:port, without credentials");
        }
        if (region.isBlank() || bucket.isBlank() || accessKey.isBlank() || secretKey.isBlank()) {
            throw new IllegalArgumentException("region, bucket, access key or secret key is empty");
        }
        if (poolSize < 1 || poolSize > 1_000) {
            throw new IllegalArgumentException("pool-size=" + poolSize + ": it is from 1 to 1000");
        }
        if (uploadsMax < 1 || uploadsMax > 1_000) {
            throw new IllegalArgumentException("uploads-max=" + uploadsMax + ": it is from 1 to 1000");
        }
    }

    /** A bucket of Amazon's, with 50 connections and 8 uploads. */
    public static S3Config of(String region, String bucket, String accessKey, String secretKey) {
        return new S3Config(null, region, bucket, accessKey, secretKey, false, 50, 8);
    }

    /** At another store's, with the bucket in the path. */
    public S3Config withEndpoint(URI uri) {
        return new S3Config(uri, region, bucket, accessKey, secretKey, true, poolSize, uploadsMax);
    }

    public S3Config withPoolSize(int size) {
        return new S3Config(endpoint, region, bucket, accessKey, secretKey, pathStyle, size, uploadsMax);
    }

    public S3Config withUploadsMax(int uploads) {
        return new S3Config(endpoint, region, bucket, accessKey, secretKey, pathStyle, poolSize, uploads);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "S3Config[endpoint=" + endpoint + ", region=" + region + ", bucket=" + bucket + "]";
    }
}

package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.blob.BlobLimits;
import dev.mayfly.hostinterfaces.blob.FolderBlobStore;
import dev.mayfly.hostinterfaces.blob.S3BlobStore;
import dev.mayfly.hostinterfaces.blob.S3Config;
import java.net.URI;
import java.nio.file.Path;

/** What may be behind a {@code blob} binding. */
final class BlobProviders {
    private static final BlobLimits LIMITS = BlobLimits.defaults();

    /** Of stores that have no regions. */
    private static final String REGION = "us-east-1";

    private BlobProviders() {}

    static Providers.Prepared folder(Settings settings) {
        settings.requireKnown("folder");
        Path folder = settings.requiredPath("folder");
        return Providers.Prepared.of(() -> FolderBlobStore.open(folder, LIMITS));
    }

    static Providers.Prepared s3(Settings settings) {
        settings.requireKnown(
                "endpoint", "region", "bucket", "access-key", "secret-key", "path-style", "pool-size", "uploads-max");
        String endpoint = settings.text("endpoint");
        S3Config defaults = S3Config.of(
                settings.text("region", REGION),
                settings.requiredText("bucket"),
                settings.requiredSecret("access-key"),
                settings.requiredSecret("secret-key"));
        S3Config config = new S3Config(
                endpoint == null ? null : URI.create(endpoint),
                defaults.region(),
                defaults.bucket(),
                defaults.accessKey(),
                defaults.secretKey(),
                settings.flag("path-style", endpoint != null),
                settings.count("pool-size", defaults.poolSize()),
                settings.count("uploads-max", defaults.uploadsMax()));
        return Providers.Prepared.pooled(config.poolSize(), () -> S3BlobStore.open(config, LIMITS));
    }
}

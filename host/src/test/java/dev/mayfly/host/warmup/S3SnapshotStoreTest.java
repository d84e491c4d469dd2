package dev.mayfly.host.warmup;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.blob.BlobLimits;
import dev.mayfly.hostinterfaces.blob.S3BlobStore;
import dev.mayfly.hostinterfaces.blob.S3Config;
import dev.mayfly.hostinterfaces.testing.S3Server;
import dev.mayfly.snapshots.SnapshotStore;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract, over S3's protocol. */
final class S3SnapshotStoreTest extends SnapshotStoreContract {
    private static S3Server server;

    private @Nullable S3BlobStore blobs;

    @BeforeAll
    static void start() {
        server = S3Server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void close() {
        if (blobs != null) {
            blobs.close();
        }
    }

    @Override
    SnapshotStore store() {
        return in(server.newBucket());
    }

    private SnapshotStore in(String bucket) {
        S3Config config = S3Config.of("us-east-1", bucket, S3Server.ACCESS_KEY, S3Server.SECRET_KEY)
                .withEndpoint(server.endpoint());
        blobs = S3BlobStore.open(config, BlobLimits.defaults());
        return new BlobSnapshotStore(blobs);
    }

    @Test
    void aStoreThatIsNotThereIsUnavailable() throws Exception {
        SnapshotStore store = in("no-such-bucket");
        assertThrows(MayflyException.Unavailable.class, () -> store.names(""));
        assertThrows(MayflyException.Unavailable.class, () -> store.read("name", 0, 100));
        assertThrows(
                MayflyException.Unavailable.class,
                () -> store.put("name", Files.write(folder.resolve("draft"), new byte[1])));
    }
}

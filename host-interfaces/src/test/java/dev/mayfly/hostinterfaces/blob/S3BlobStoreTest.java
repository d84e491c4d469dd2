package dev.mayfly.hostinterfaces.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.testing.S3Server;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3BlobStoreTest extends BlobStoreContract {
    private static S3Server server;

    @TempDir
    private Path folder;

    private String bucket = "";
    private @Nullable S3Server largeServer;

    @BeforeAll
    static void startServer() {
        server = S3Server.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    private S3Config config() {
        return S3Config.of("us-east-1", bucket, S3Server.ACCESS_KEY, S3Server.SECRET_KEY)
                .withEndpoint(server.endpoint());
    }

    @Override
    BlobStore open(BlobLimits limits) {
        bucket = server.newBucket();
        return S3BlobStore.open(config(), limits);
    }

    @Override
    BlobStore openForLargeBlobs() {
        largeServer = S3Server.startIn(folder);
        bucket = largeServer.newBucket();
        return S3BlobStore.open(config().withEndpoint(largeServer.endpoint()), BlobLimits.defaults());
    }

    @AfterEach
    void stopLargeServer() {
        if (largeServer != null) {
            largeServer.close();
        }
    }

    @Override
    int stored() {
        return server.blobsAndUploads(bucket);
    }

    @Test
    void aWrongKeyIsPermissionDeniedAndToldNobody() {
        S3Config wrong =
                S3Config.of("us-east-1", bucket, S3Server.ACCESS_KEY, "wrong").withEndpoint(server.endpoint());
        try (BlobStore denied = S3BlobStore.open(wrong, BlobLimits.defaults())) {
            HostError error = refused(Kind.PERMISSION_DENIED, () -> denied.get("a", soon()));
            assertFalse(String.valueOf(error.getMessage()).contains(S3Server.ACCESS_KEY));
        }
    }

    @Test
    void aStoreThatIsNotThereIsUnavailable() {
        S3Config nowhere = config().withEndpoint(URI.create("http://127.0.0.1:1"));
        try (BlobStore unreachable = S3BlobStore.open(nowhere, BlobLimits.defaults())) {
            refused(Kind.UNAVAILABLE, () -> unreachable.get("a", soon()));
            refused(Kind.UNAVAILABLE, () -> unreachable.put("a", Body.of(bytes("x")), TEXT, Map.of(), soon()));
        }
        S3Config noBucket = S3Config.of("us-east-1", "nobody-has-it", S3Server.ACCESS_KEY, S3Server.SECRET_KEY)
                .withEndpoint(server.endpoint());
        try (BlobStore missing = S3BlobStore.open(noBucket, BlobLimits.defaults())) {
            refused(Kind.UNAVAILABLE, () -> missing.get("a", soon()));
        }
    }

    @Test
    void aStoreThatHangsIsATimeout() throws Exception {
        // Connections are made by the kernel; nobody accepts them.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                BlobStore hanging = S3BlobStore.open(
                        config().withEndpoint(URI.create("http://127.0.0.1:" + silent.getLocalPort())),
                        BlobLimits.defaults())) {
            for (int i = 0; i < 3; i++) {
                Deadline deadline = Deadline.in(Duration.ofMillis(300));
                refused(Kind.TIMEOUT, () -> hanging.get("a", deadline));
                long lateMs = (System.nanoTime() - deadline.atNs()) / 1_000_000;
                assertTrue(lateMs < 2_000, "late by ms=" + lateMs);
                assertFalse(Thread.currentThread().isInterrupted());
            }
        }
    }

    @Test
    void aConfigurationKeepsItsSecretsAndIsChecked() {
        S3Config config = S3Config.of("us-east-1", "shop", "AKIA", "secret");
        assertFalse(config.toString().contains("secret") || config.toString().contains("AKIA"));
        for (String endpoint : List.of("ftp://store", "store:9000", "https://user:secret@store")) {
            URI uri = URI.create(endpoint);
            IllegalArgumentException error =
                    assertThrows(IllegalArgumentException.class, () -> config.withEndpoint(uri));
            assertFalse(String.valueOf(error.getMessage()).contains("secret"));
        }
        assertThrows(IllegalArgumentException.class, () -> config.withPoolSize(0));
        assertThrows(IllegalArgumentException.class, () -> config.withUploadsMax(0));
        assertThrows(IllegalArgumentException.class, () -> S3Config.of("", "shop", "AKIA", "secret"));
        assertEquals(50, config.poolSize());
    }
}

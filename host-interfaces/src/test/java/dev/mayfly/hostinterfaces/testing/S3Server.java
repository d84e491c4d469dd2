package dev.mayfly.hostinterfaces.testing;

import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.apis.ApiMetadata;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;
import org.jclouds.filesystem.FilesystemApiMetadata;
import org.jclouds.logging.slf4j.config.SLF4JLoggingModule;

/** S3Proxy: a server that speaks S3's protocol, in this JVM, on a free loopback port. */
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "test-access-key";
    public static final String SECRET_KEY = "test-secret-key";

    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private final BlobStoreContext context;
    private final S3Proxy proxy;

    private S3Server(ApiMetadata provider, Properties properties) {
        context = ContextBuilder.newBuilder(provider)
                .credentials("nobody", "nothing")
                .overrides(properties)
                // Otherwise it writes a stack trace for every upload that a test breaks off.
                .modules(Set.of(new SLF4JLoggingModule()))
                .buildView(BlobStoreContext.class);
        proxy = S3Proxy.builder()
                .blobStore(context.getBlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new AssertionError("S3Proxy did not start", e);
        }
    }

    /** With its blobs in memory: it takes every key. */
    public static S3Server start() {
        return new S3Server(new TransientApiMetadata(), new Properties());
    }

    /** With its blobs in a folder: it takes bodies of any size, but only keys that are good file names. */
    public static S3Server startIn(Path folder) {
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        return new S3Server(new FilesystemApiMetadata(), properties);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    /** Makes an empty bucket and returns its name. */
    public String newBucket() {
        String name = "bucket-" + BUCKETS.incrementAndGet();
        context.getBlobStore().createContainerInLocation(null, name);
        return name;
    }

    /** How many blobs and unfinished uploads a bucket has. */
    public int blobsAndUploads(String bucket) {
        BlobStore blobs = context.getBlobStore();
        return (int) blobs.countBlobs(bucket)
                + blobs.listMultipartUploads(bucket).size();
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new AssertionError("S3Proxy did not stop", e);
        }
        context.close();
    }
}

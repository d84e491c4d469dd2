package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** A call of an upstream as a Java program makes it that uses Apache HttpClient, with the library's own settings and nothing of Mayfly's. */
final class PlainJavaCall implements Workload {
    private final CloseableHttpClient client = HttpClients.createDefault();
    private final String uri;
    private final int bytes;

    /** @param bytes that the upstream answers with */
    PlainJavaCall(String uri, int bytes) {
        this.uri = uri;
        this.bytes = bytes;
    }

    @Override
    public void call() throws IOException {
        client.execute(new HttpGet(uri), this::check);
    }

    private byte[] check(ClassicHttpResponse response) throws IOException {
        byte[] body = EntityUtils.toByteArray(response.getEntity());
        if (response.getCode() != 200 || body.length != bytes) {
            throw new IllegalStateException("the upstream should answer with bytes=" + bytes);
        }
        return body;
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

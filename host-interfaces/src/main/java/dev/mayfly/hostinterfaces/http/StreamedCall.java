package dev.mayfly.hostinterfaces.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.support.ClassicResponseBuilder;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.nio.support.classic.SharedInputBuffer;
import org.apache.hc.core5.http.nio.support.classic.SharedOutputBuffer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection between the connection's thread and the caller's, which blocks. What is in between is bounded by flow control:
 * the upstream may send on only as the caller reads.
 *
 * <p>Threads: one calls {@link #awaitHead} and the streams, the connection's calls the rest; anyone calls {@link #failed}, which wakes the caller.
 */
// Apache's ClassicToAsyncResponseConsumer does the same, but a caller that waits in it isn't woken by a failure.
final class StreamedCall implements AsyncRequestProducer, AsyncResponseConsumer<Void> {
    private static final int BUFFER_BYTES = 16 << 10;

    private final HttpUriRequestBase request;
    private final SharedOutputBuffer upload = new SharedOutputBuffer(BUFFER_BYTES);
    private final SharedInputBuffer download = new SharedInputBuffer(BUFFER_BYTES);
    private final CompletableFuture<ClassicHttpResponse> head = new CompletableFuture<>();
    private volatile @Nullable Exception failure;
    private volatile boolean ended;
    private volatile @Nullable FutureCallback<Void> result;

    StreamedCall(HttpUriRequestBase request) {
        this.request = request;
    }

    /** Where the caller writes the request's body; closing it ends the body. */
    OutputStream uploadStream() {
        return new OutputStream() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                upload.write(bytes, offset, length);
            }

            @Override
            public void write(int b) throws IOException {
                upload.write(b);
            }

            @Override
            public void close() throws IOException {
                upload.writeCompleted();
            }
        };
    }

    boolean isAnswered() {
        return head.isDone() && !head.isCompletedExceptionally();
    }

    /** The answer, whose content is read from the stream. */
    ClassicHttpResponse awaitHead() throws IOException {
        try {
            return head.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private final class Download extends InputStream {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return download.read(bytes, offset, length);
            } catch (IOException e) {
                Exception cause = failure;
                throw cause == null ? e : new IOException(cause);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    @Override
    public void sendRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        HttpEntity entity = request.getEntity();
        if (entity != null && entity.getContentLength() >= 0) {
            request.setHeader(HttpHeaders.CONTENT_LENGTH, entity.getContentLength());
        }
        channel.sendRequest(request, entity, context);
    }

    @Override
    public boolean isRepeatable() {
        return request.getEntity() == null;
    }

    @Override
    public int available() {
        return upload.length();
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        upload.flush(channel);
    }

    @Override
    public void consumeResponse(
            HttpResponse response, @Nullable EntityDetails details, HttpContext context, FutureCallback<Void> done) {
        result = done;
        if (response.getCode() >= HttpStatus.SC_CLIENT_ERROR) {
            // The client sends no more of the body then, and whoever writes it would wait.
            upload.abort();
        }
        boolean body = details != null && !request.getMethod().equals("HEAD");
        HttpEntity entity = body ? new InputStreamEntity(new Download(), contentLength(response), null) : null;
        head.complete(ClassicResponseBuilder.copy(response).setEntity(entity).build());
        if (details == null) {
            ended = true;
            done.completed(null);
        }
    }

    private static long contentLength(HttpResponse response) {
        Header length = response.getFirstHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length.getValue());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        // The answer itself comes later.
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        download.updateCapacity(channel);
    }

    @Override
    public void consume(ByteBuffer bytes) {
        download.fill(bytes);
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        ended = true;
        download.markEndStream();
        FutureCallback<Void> done = result;
        if (done != null) {
            done.completed(null);
        }
    }

    @Override
    public void failed(Exception cause) {
        upload.abort();
        if (!ended) {
            // An answer that is whole stays so when the upstream then resets the stream, wanting no more of the
            // request.
            failure = cause;
            head.completeExceptionally(cause);
            download.abort();
        }
    }

    @Override
    public void releaseResources() {
        // Both buffers are the heap's.
    }
}

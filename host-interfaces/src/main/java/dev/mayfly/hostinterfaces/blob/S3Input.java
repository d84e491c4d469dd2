package dev.mayfly.hostinterfaces.blob;

import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;

/** A blob on its way from S3. Closed before its end it gives up the connection, which would bring all the rest otherwise. */
final class S3Input extends InputStream {
    private final ResponseInputStream<?> stream;
    private long left;

    S3Input(ResponseInputStream<?> stream, long length) {
        this.stream = stream;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int count) throws IOException {
        int read = stream.read(to, offset, count);
        left -= Math.max(0, read);
        return read;
    }

    @Override
    public void close() throws IOException {
        if (left > 0) {
            stream.abort();
        } else {
            stream.close();
        }
    }
}

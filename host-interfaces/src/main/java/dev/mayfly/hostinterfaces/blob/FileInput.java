package dev.mayfly.hostinterfaces.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** So many bytes of a file from where it is; closing it closes the file. */
final class FileInput extends InputStream {
    private final FileChannel file;
    private long left;

    FileInput(FileChannel file, long length) {
        this.file = file;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int read = file.read(ByteBuffer.wrap(to, offset, (int) Math.min(count, left)));
        if (read < 0) {
            throw new IOException("the blob's file has become shorter");
        }
        left -= read;
        return read;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

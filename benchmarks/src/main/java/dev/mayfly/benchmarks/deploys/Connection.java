package dev.mayfly.benchmarks.deploys;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection that sends one request again and again and reads as little of the answers as there is to know: a client that does more would take the
 * server's processors.
 */
final class Connection implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 1024;
    private static final String LENGTH = "content-length:";

    private final Socket socket = new Socket();
    private final InputStream in;
    private final byte[] request;
    private final byte[] line = new byte[LINE_BYTES_MAX];

    /** @param target of a request whose answer is a number */
    Connection(URI target) throws IOException {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.connect(new InetSocketAddress(target.getHost(), target.getPort()));
        in = new BufferedInputStream(socket.getInputStream());
        request = ("GET " + target.getPath() + "?" + target.getQuery() + " HTTP/1.1\r\nHost: " + target.getHost()
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Sends the request.
     *
     * @return the number it is answered with
     * @throws IOException when it isn't
     */
    int ask() throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(status + ": " + body);
        }
        return Integer.parseInt(body);
    }

    private String line() throws IOException {
        int length = 0;
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the host closed the connection");
            }
            line[length++] = (byte) c;
        }
        return new String(line, 0, Math.max(0, length - 1), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

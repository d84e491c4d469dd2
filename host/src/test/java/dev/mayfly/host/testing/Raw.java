package dev.mayfly.host.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Requests that no proper client sends, byte for byte. */
public final class Raw {
    private Raw() {}

    public record Response(int status, List<String> headers, String text) {
        /** The first value of a header, or the empty string. */
        public String header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ": ";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()))
                    .findFirst()
                    .orElse("");
        }
    }

    /** Sends a request line, without its version, and a body. */
    public static Response send(TestHost host, String request, byte[] body) throws IOException {
        boolean admin = request.contains(" /v1");
        try (Socket socket = admin ? host.connectAdmin() : host.connect()) {
            write(
                    socket,
                    request + " HTTP/1.1\r\nHost: localhost\r\n" + (admin ? host.authorization() : "")
                            + "Content-Length: " + body.length + "\r\n\r\n");
            socket.getOutputStream().write(body);
            return read(socket.getInputStream());
        }
    }

    public static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads one response; its body by Content-Length, or to the end of the connection. */
    public static Response read(InputStream in) throws IOException {
        Response response = readInterim(in);
        String length = response.header("content-length");
        byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
        return new Response(response.status(), response.headers(), new String(body, StandardCharsets.ISO_8859_1));
    }

    /** Reads one response without a body, such as 100 (Continue), and leaves the connection at the next one. */
    public static Response readInterim(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] end = {'\r', '\n', '\r', '\n'};
        while (!endsWith(head.toByteArray(), end)) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended in a response's head: " + head);
            }
            head.write(b);
        }
        List<String> lines = head.toString(StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
        int status = Integer.parseInt(lines.getFirst().split(" ", 3)[1]);
        return new Response(status, lines.subList(1, lines.size()), "");
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        return bytes.length >= end.length
                && Arrays.equals(bytes, bytes.length - end.length, bytes.length, end, 0, end.length);
    }
}

package dev.mayfly.hostinterfaces.testing;

import dev.mayfly.hostinterfaces.http.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.ServerSocketFactory;

/** A server that answers in whatever way a test wants, good or bad. Loopback only; a thread a connection. */
public final class RawUpstream implements AutoCloseable {
    /** What a server does with a connection. */
    public interface Conduct {
        void serve(Socket socket, InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket listener;
    private final Conduct conduct;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    public RawUpstream(Conduct conduct) throws IOException {
        this(ServerSocketFactory.getDefault(), conduct);
    }

    public RawUpstream(ServerSocketFactory sockets, Conduct conduct) throws IOException {
        this.conduct = conduct;
        this.listener = sockets.createServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers each request by the same bytes, on connections that are kept. */
    public static RawUpstream answering(String response) throws IOException {
        return new RawUpstream(eachHead(head -> response));
    }

    /** Answers by the head of the request, on connections that are kept. */
    public static Conduct eachHead(UnaryOperator<String> answer) {
        return (socket, in, out) -> {
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                out.write(answer.apply(head).getBytes(StandardCharsets.ISO_8859_1));
            }
        };
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            conduct.serve(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            // The client went away, or the test ended.
        } finally {
            open.remove(socket);
        }
    }

    /** Reads a request's head; empty when the client closed. */
    public static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return head.toString();
    }

    /** Writes {@code first} and then a character now and then, as long as anybody is there. */
    public static void trickle(OutputStream out, String first) throws IOException {
        out.write(first.getBytes(StandardCharsets.ISO_8859_1));
        try {
            while (true) {
                out.write('x');
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public Origin origin() {
        return new Origin("http", "127.0.0.1", listener.getLocalPort());
    }

    public int port() {
        return listener.getLocalPort();
    }

    public int accepted() {
        return accepted.get();
    }

    public int open() {
        return open.size();
    }

    public void hangUp() {
        open.forEach(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}

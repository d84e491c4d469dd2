package dev.mayfly.benchmarks.hostcalls;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The process of an upstream that answers after {@value #SLOW_MS} ms at {@value #SLOW}, and at once anywhere else. It costs next to nothing, as it
 * shares its cores with what is measured: one thread, and an answer made in advance. It understands requests without a body, one at a time on a
 * connection. It prints where it answers, and ends with its input.
 */
public final class SlowUpstreamMain {
    static final String SLOW = "/slow";
    static final int SLOW_MS = 1000;
    static final int ANSWER_BYTES = 64;

    /** Thousands connect at once. The kernel takes {@code net.core.somaxconn} when that is less. */
    private static final int BACKLOG = 4096;

    private static final int HEAD_BYTES_MAX = 1024;
    private static final int PATH_FROM = "GET ".length();
    private static final int END_OF_HEAD = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';
    private static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(SLOW_MS);

    private static final ByteBuffer ANSWER = answer();

    private final Selector selector;
    private final ServerSocketChannel listener;
    /** Connections whose answer comes late; the first is due first, as all wait equally long. */
    private final Queue<Connection> late = new ArrayDeque<>();

    private SlowUpstreamMain(Selector selector, ServerSocketChannel listener) {
        this.selector = selector;
        this.listener = listener;
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            Thread.ofPlatform().daemon().name("upstream").start(new SlowUpstreamMain(selector, listener)::serve);
            System.out.println("http://127.0.0.1:" + listener.socket().getLocalPort());
            System.out.flush();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static ByteBuffer answer() {
        byte[] head =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + ANSWER_BYTES + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(head.length + ANSWER_BYTES).put(head).clear();
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                Connection next = late.peek();
                selector.select(this::ready, next == null ? 0 : Math.max(1, next.dueInMs()));
                for (next = late.peek(); next != null && next.dueInMs() <= 0; next = late.peek()) {
                    late.remove();
                    next.write();
                }
            }
        } catch (ClosedSelectorException e) {
            // Its input has ended.
        } catch (IOException e) {
            throw new IllegalStateException("the upstream can't go on", e);
        }
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof Connection connection) {
            if (key.isReadable()) {
                connection.read();
            } else {
                connection.write();
            }
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                new Connection(channel);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the upstream can't take connections", e);
        }
    }

    /** Reads a request, or writes an answer. */
    private final class Connection {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES_MAX);
        private @Nullable ByteBuffer unsent;
        private long dueNs;

        Connection(SocketChannel channel) throws IOException {
            this.channel = channel;
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void read() {
            try {
                if (channel.read(head) < 0) {
                    channel.close();
                } else if (head.position() >= Integer.BYTES
                        && head.getInt(head.position() - Integer.BYTES) == END_OF_HEAD) {
                    answer();
                }
            } catch (IOException e) {
                abandon();
            }
        }

        private void answer() {
            String text = new String(head.array(), 0, head.position(), StandardCharsets.US_ASCII);
            String path = text.substring(PATH_FROM, text.indexOf(' ', PATH_FROM));
            head.clear();
            unsent = ANSWER.duplicate();
            if (path.equals(SLOW)) {
                dueNs = System.nanoTime() + SLOW_NS;
                late.add(this);
            } else {
                write();
            }
        }

        /** Rounded up: nothing is answered early. */
        long dueInMs() {
            return Math.ceilDiv(dueNs - System.nanoTime(), 1_000_000L);
        }

        void write() {
            ByteBuffer unsent = this.unsent;
            if (unsent == null || !channel.isOpen()) {
                return;
            }
            try {
                channel.write(unsent);
                key.interestOps(unsent.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            } catch (IOException e) {
                abandon();
            }
        }

        /** The other side is gone, or speaks what this server doesn't. */
        private void abandon() {
            try {
                channel.close();
            } catch (IOException e) {
                // There is nothing left that could be done about it.
            }
        }
    }
}

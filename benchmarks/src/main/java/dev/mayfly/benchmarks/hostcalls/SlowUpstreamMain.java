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
 * The process of an upstream that answers after {@value #SLOW_MS} ms at {@value #SLOW}, after {@value #SLOWER_MS} at {@value #SLOWER}, and at once
 * anywhere else, where at {@value #ONCE} it then closes the connection. It costs next to nothing, as it
 * shares its cores with what is measured: one thread, and an answer made in advance. It understands requests without a body, one at a time on a
 * connection. It prints where it answers, and ends with its input.
 */
public final class SlowUpstreamMain {
    static final String SLOW = "/slow";
    static final int SLOW_MS = 1000;
    static final String SLOWER = "/slower";
    static final int SLOWER_MS = 3500;
    static final String AT_ONCE = "/";
    static final String ONCE = "/once";
    static final int ANSWER_BYTES = 64;

    /** Thousands connect at once. The kernel takes {@code net.core.somaxconn} when that is less. */
    private static final int BACKLOG = 4096;

    private static final int HEAD_BYTES_MAX = 1024;
    private static final int PATH_FROM = "GET ".length();
    private static final int END_OF_HEAD = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private static final ByteBuffer ANSWER = answer("");
    private static final ByteBuffer LAST_ANSWER = answer("Connection: close\r\n");

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final Delay slow = new Delay(SLOW_MS);
    private final Delay slower = new Delay(SLOWER_MS);

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

    private static ByteBuffer answer(String header) {
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Length: " + ANSWER_BYTES + "\r\n" + header + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(head.length + ANSWER_BYTES).put(head).clear();
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready, Math.max(1, Math.min(slow.nextInMs(), slower.nextInMs())));
                slow.answerDue();
                slower.answerDue();
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

    /** Connections whose answer comes late; the first is due first, as all wait equally long. */
    private static final class Delay {
        private final Queue<Connection> late = new ArrayDeque<>();
        private final long ns;

        Delay(int ms) {
            this.ns = TimeUnit.MILLISECONDS.toNanos(ms);
        }

        void add(Connection connection) {
            connection.dueNs = System.nanoTime() + ns;
            late.add(connection);
        }

        long nextInMs() {
            Connection next = late.peek();
            return next == null ? SLOWER_MS : next.dueInMs();
        }

        void answerDue() {
            for (Connection next = late.peek(); next != null && next.dueInMs() <= 0; next = late.peek()) {
                late.remove();
                next.write();
            }
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
            unsent = (path.equals(ONCE) ? LAST_ANSWER : ANSWER).duplicate();
            switch (path) {
                case SLOW -> slow.add(this);
                case SLOWER -> slower.add(this);
                default -> write();
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

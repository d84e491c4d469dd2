package dev.mayfly.hostinterfaces.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a server on loopback and passes bytes on, until a connection is made to say nothing more. */
public final class Relay implements AutoCloseable {
    private static final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
            Thread.startVirtualThread(() -> pass(client, server));
            Thread.startVirtualThread(() -> pass(server, client));
        }

        private void pass(Socket from, Socket to) {
            byte[] bytes = new byte[8192];
            try {
                for (int length = from.getInputStream().read(bytes);
                        length >= 0;
                        length = from.getInputStream().read(bytes)) {
                    if (!silent) {
                        to.getOutputStream().write(bytes, 0, length);
                    }
                }
                close();
            } catch (IOException e) {
                // One side has gone.
            }
        }

        void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private final ServerSocket listening;
    private final int serverPort;
    private final List<Link> links = new CopyOnWriteArrayList<>();

    private Relay(ServerSocket listening, int serverPort) {
        this.listening = listening;
        this.serverPort = serverPort;
        Thread.startVirtualThread(this::accept);
    }

    public static Relay to(int serverPort) throws IOException {
        return new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                links.add(new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort)));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** From now on the connections there are swallow everything, as those to a machine that has lost its power. */
    public void silence() {
        links.forEach(link -> link.silent = true);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Link link : links) {
            link.close();
        }
    }
}

package dev.mayfly.host.http;

import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Receipt;
import dev.mayfly.host.observe.LineWriter;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line for each request to a function, a JSON object each: what was asked, what was answered, and the invocation's receipt. Of the path what is
 * behind the {@code ?} stays out, as secrets are often there.
 *
 * <p>Threads: any.
 */
final class AccessLog {
    private final @Nullable LineWriter lines;

    /** @param lines where they go; null = nowhere, which costs nothing */
    AccessLog(@Nullable LineWriter lines) {
        this.lines = lines;
    }

    /** Begins a line, which is written when it is closed: after the invocation, so that its receipt is there. */
    Entry begin(ClientConnection connection, String path, RoutingRequest request, RoutingResponse response) {
        return lines == null ? Entry.NONE : new Entry(lines, connection, path, request, response);
    }

    /** One line on its way. */
    static final class Entry implements AutoCloseable {
        private static final Entry NONE = new Entry();

        private final @Nullable LineWriter lines;
        private final @Nullable ClientConnection connection;
        private final String path;
        private final @Nullable RoutingRequest request;
        private final @Nullable RoutingResponse response;
        private @Nullable Invocation invocation;

        private Entry() {
            lines = null;
            connection = null;
            path = "";
            request = null;
            response = null;
        }

        private Entry(
                LineWriter lines,
                ClientConnection connection,
                String path,
                RoutingRequest request,
                RoutingResponse response) {
            this.lines = lines;
            this.connection = connection;
            this.path = path;
            this.request = request;
            this.response = response;
        }

        /** Takes note of the request's invocation; returns it. */
        Invocation of(Invocation invocation) {
            if (lines != null) {
                this.invocation = invocation;
            }
            return invocation;
        }

        @Override
        public void close() {
            if (lines != null && connection != null && request != null && response != null) {
                lines.write(line(connection, request, response));
            }
        }

        /** Without asking anybody for its name. */
        private static String client(ClientConnection connection) {
            return connection.remotePeer().address() instanceof InetSocketAddress address
                    ? address.getAddress().getHostAddress()
                    : "";
        }

        private byte[] line(ClientConnection connection, RoutingRequest request, RoutingResponse response) {
            Receipt receipt = invocation == null ? null : invocation.receipt();
            return Json.bytes(json -> {
                json.writeStartObject();
                json.writeStringField("client", client(connection));
                json.writeStringField(
                        "protocol",
                        request.prologue().protocol() + "/" + request.prologue().protocolVersion());
                json.writeStringField("method", request.prologue().method().text());
                json.writeStringField("path", path);
                if (receipt != null) {
                    ReceiptJson.write(json, receipt);
                } else {
                    json.writeStringField("time", Instant.now().toString());
                    json.writeNumberField("status", response.status().code());
                }
                json.writeEndObject();
            });
        }
    }
}

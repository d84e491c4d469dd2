package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.get;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.local;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.send;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@link PooledUpstream} over HTTP/2 with prior knowledge. */
class Http2UpstreamTest extends HttpUpstreamContract {
    @Override
    HttpUpstreamConfig spoken(HttpUpstreamConfig config) {
        return config.withProtocol(HttpUpstreamConfig.Protocol.HTTP_2);
    }

    @Test
    void oneThatSpeaksNoHttp2IsUnavailable() throws IOException {
        try (RawUpstream server = RawUpstream.answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                HttpUpstream upstream = new PooledUpstream(spoken(local(server.origin())))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
        }
    }

    @Test
    void oneThatHangsEndsAtTheDeadline() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> in.transferTo(OutputStream.nullOutputStream()));
                HttpUpstream upstream = new PooledUpstream(spoken(local(server.origin())))) {
            assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), Deadline.in(Duration.ofMillis(300))));
        }
    }

    @Test
    void anAddressThatIsNotGrantedIsRefused() {
        try (HttpUpstream upstream =
                new PooledUpstream(spoken(HttpUpstreamConfig.of(new Origin("http", "shop.example", 80))), host ->
                        new InetAddress[] {InetAddress.ofLiteral("10.0.0.1")})) {
            assertFails(Kind.PERMISSION_DENIED, () -> send(upstream, get("/")));
        }
    }
}

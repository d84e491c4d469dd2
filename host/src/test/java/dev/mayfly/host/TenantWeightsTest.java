package dev.mayfly.host;

import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator says how large a tenant's part of a host is that is nearly full. */
@Timeout(120)
final class TenantWeightsTest {
    private static final int PLACES = 8;

    /** One place is left, and all but one of the others are one tenant's: with equal parts it has more than half. */
    private static void withOnePlaceLeft(Map<String, Integer> weights, Check check) throws Exception {
        Limits limits = Limits.defaults().withHostConcurrencyMax(PLACES).withDeadline(Duration.ofMinutes(1));
        try (TestHost host = TestHost.start(config -> config.withLimits(limits).withTenantWeights(weights))) {
            host.send(host.request("/v1/tenants/acme").PUT(BodyPublishers.noBody()))
                    .expect(201);
            host.deploy("probe", "probe");
            host.send(host.request("/v1/functions/probe?tenant=acme")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                    .expect(201);
            List<Socket> running = new ArrayList<>();
            try {
                running.add(spin(host, "/f/probe"));
                while (running.size() < PLACES - 1) {
                    running.add(spin(host, "/t/acme/f/probe"));
                }
                Waiting.until("they run", () -> host.metric("mayfly_engine_invocations_open") == PLACES - 1);
                check.on(host);
            } finally {
                for (Socket socket : running) {
                    socket.close();
                }
            }
            Waiting.until("they are stopped", () -> host.metric("mayfly_engine_invocations_open") == 0);
        }
    }

    private interface Check {
        void on(TestHost host) throws Exception;
    }

    private static Socket spin(TestHost host, String function) throws IOException {
        Socket socket = host.connect();
        Raw.write(socket, "GET " + function + "/spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return socket;
    }

    @Test
    void withEqualPartsWhoHasMoreThanHalfIsRefusedTheLastPlace() throws Exception {
        withOnePlaceLeft(Map.of(), host -> host.get("/t/acme/f/probe/request").problem(429, "tenant-limit"));
    }

    @Test
    void whoHasAGreaterWeightGetsIt() throws Exception {
        withOnePlaceLeft(
                Map.of("acme", PLACES - 1),
                host -> host.get("/t/acme/f/probe/request").expect(200));
    }
}

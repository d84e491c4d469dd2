package dev.mayfly.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example {@code orders} with a database and a payment service that answers what a test tells it. */
final class OrdersTest {
    private static final String KEY = "payments-key-of-the-test";
    private static final String TEA = "{\"item\":\"tea\",\"count\":2,\"cents\":1200}";

    @TempDir
    private Path folder;

    /** Idempotency key, signature and body of each charge. */
    private final Queue<String> charges = new ConcurrentLinkedQueue<>();

    private volatile int paymentStatus = 200;
    private WebServer payments;
    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        payments = WebServer.builder()
                .port(0)
                .routing(routing -> routing.post("/charges", (request, response) -> {
                    charges.add(request.headers()
                                    .get(HeaderNames.create("idempotency-key"))
                                    .get()
                            + " "
                            + request.headers()
                                    .get(HeaderNames.create("signature"))
                                    .get()
                            + " " + request.content().as(String.class));
                    response.status(paymentStatus).send();
                }))
                .build()
                .start();
        Files.writeString(folder.resolve("key"), KEY);
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  shop: {kind: sql, provider: sqlite, file: shop.sqlite}
                  payments: {kind: http, origin: 'http://127.0.0.1:%d', allow-private-addresses: true}
                  payments-key: {kind: secret, value: {file: key}}
                """.formatted(payments.port()));
        host = TestHost.start(folder, Limits.defaults());
        host.send(host.request("/v1/functions/orders?binding=shop&binding=payments&binding=payments-key")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("orders"))))
                .expect(201);
        host.send(host.request("/f/orders/stock/tea").PUT(BodyPublishers.ofString("3")))
                .expect(204);
    }

    @AfterEach
    void stop() {
        host.close();
        payments.stop();
    }

    private Answer order(String key, String order) throws Exception {
        return host.send(
                host.request("/f/orders/").header("idempotency-key", key).POST(BodyPublishers.ofString(order)));
    }

    @Test
    void anOrderIsChargedOnceAndSigned() throws Exception {
        assertEquals(
                "paid",
                order("order-0001", TEA).expect(201).json().path("state").asText());
        String body = "{\"order\":\"order-0001\",\"cents\":1200}";
        assertEquals("order-0001 sha256=" + signature(body) + " " + body, charges.poll());

        assertEquals(
                "paid",
                order("order-0001", TEA).expect(409).json().path("state").asText());
        assertEquals(0, charges.size());
        assertEquals(
                1200,
                host.get("/f/orders/order-0001")
                        .expect(200)
                        .json()
                        .path("cents")
                        .asInt());
    }

    @Test
    void whatIsNotInStockLeavesNoOrderBehind() throws Exception {
        order("order-0001", TEA).expect(201);
        order("order-0002", TEA).expect(409);
        host.get("/f/orders/order-0002").problem(404, "function-not-found");
        assertEquals(1, charges.size());
    }

    @Test
    void aRefusedPaymentGivesTheStockBack() throws Exception {
        paymentStatus = 402;
        assertEquals(
                "refused",
                order("order-0001", TEA).expect(402).json().path("state").asText());
        paymentStatus = 200;
        order("order-0002", TEA).expect(201);
    }

    @Test
    void aPendingOrderIsChargedAgainUnderItsKey() throws Exception {
        paymentStatus = 500;
        order("order-0001", TEA).problem(503, "function-unavailable");
        assertEquals(
                "pending", host.get("/f/orders/order-0001").json().path("state").asText());
        order("order-0001", "{\"item\":\"tea\",\"count\":1,\"cents\":1}").expect(409);
        paymentStatus = 200;
        order("order-0001", TEA).expect(201);
        assertEquals(2, charges.size());
    }

    private static String signature(String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    }
}

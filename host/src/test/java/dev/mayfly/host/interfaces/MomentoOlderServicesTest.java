package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions of the crate {@code momento-functions-host} that use the services of AWS and Redis, by this host's bindings. */
@Timeout(60)
final class MomentoOlderServicesTest {
    private static final int BODY_BYTES_MAX = 16 << 20;

    @TempDir
    private static Path folder;

    private static TestHost host;
    private static RedisServer redis;
    private static AwsServer aws;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.started();
        aws = new AwsServer();
        Files.writeString(
                folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  files: {kind: blob, provider: folder, folder: files}
                  services: {kind: http, origin: 'http://127.0.0.1:%d', allow-private-addresses: true}
                  cluster: {kind: kv, provider: redis, host: 127.0.0.1, port: %d, commands: true}
                  closed: {kind: kv, provider: redis, host: 127.0.0.1, port: %d}
                  memory: {kind: kv, provider: memory}
                """.formatted(aws.port(), redis.port(), redis.port()));
        host = TestHost.start(
                folder,
                Limits.defaults().withRequestBodyBytesMax(BODY_BYTES_MAX).withResponseBodyBytesMax(BODY_BYTES_MAX));
        host.put("/v1/secrets/orders-key", "the secret").expect(204);
        deploy(
                "older",
                "older-services",
                "binding=secret%3Aorders-key",
                "binding=files",
                "binding=dynamodb%3Dservices",
                "binding=lambda%3Dservices",
                "binding=cluster",
                "binding=closed",
                "binding=memory");
        deploy("bare", "older-services");
        deploy("closed", "older-services", "binding=closed", "binding=memory");
        deploy("later", "aws", "binding=files");
    }

    @AfterAll
    static void stop() {
        host.close();
        aws.close();
        redis.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static void deploy(String name, String guest, String... settings) throws Exception {
        host.deployWith(name, "momento/" + guest, List.of(settings)).expect(201);
    }

    private static Answer post(String path, String body) throws Exception {
        return host.post("/f/" + path, body);
    }

    private static String told(String path) throws Exception {
        return post(path, "").expect(200).text();
    }

    private static void expectRefused(String path, String... parts) throws Exception {
        String text = post(path, "PING").expect(500).text();
        for (String part : parts) {
            assertTrue(text.contains(part), text);
        }
    }

    @Test
    void aSecretIsOneOfTheHosts() throws Exception {
        assertEquals("the secret", told("older/secret?id=orders-key"));
        assertEquals("the secret", told("older/secret?id=orders-key&stage=AWSCURRENT"));
        expectRefused("older/secret?id=orders-key&stage=AWSPREVIOUS", "Malformed", "current version");
        expectRefused("bare/secret?id=orders-key", "Unauthorized", "no secret binding");
    }

    @Test
    void aBucketIsABinding() throws Exception {
        byte[] body = new byte[300_000];
        body[299_999] = 7;
        host.post("/f/older/put?bucket=files&key=a%2Fb&type=text%2Fx", body).expect(200);
        Answer answer = host.get("/f/older/get?bucket=files&key=a%2Fb").expect(200);
        assertArrayEquals(body, answer.bytes());
        assertEquals("text/x", answer.header("x-type"));
        Answer other =
                host.get("/f/older/get?bucket=files&key=a%2Fb&type=text%2Fy").expect(200);
        assertEquals("text/y", other.header("x-type"), "a type that was asked for");
        Answer later = host.get("/f/later/get?bucket=files&key=a%2Fb").expect(200);
        assertArrayEquals(body, later.bytes());
        assertEquals("identity", later.header("content-encoding"), "what it was put with is in its metadata");
        host.get("/f/older/get?bucket=files&key=c").expect(404);
        expectRefused("bare/get?bucket=files&key=c", "Unauthorized", "no blob binding files");
        expectRefused("bare/put?bucket=files&key=c", "Unauthorized", "no blob binding files");
        expectRefused("older/put?bucket=files&key=", "Malformed", "a key is not empty");
    }

    @Test
    void aBucketHasTheFunctionsThatAreDeprecated() throws Exception {
        assertEquals(
                "true None",
                post("older/plain-put?bucket=files&key=plain", "x").expect(200).text());
        Answer answer = host.get("/f/older/plain-get?bucket=files&key=plain").expect(200);
        assertEquals("x", answer.text());
        assertEquals("true", answer.header("x-etag"));
        Answer none = host.get("/f/older/plain-get?bucket=files&key=none").expect(200);
        assertEquals("false", none.header("x-etag"));
        Answer kept = host.get("/f/older/get?bucket=files&key=plain").expect(200);
        assertEquals("application/octet-stream", kept.header("x-type"));
        expectRefused("bare/plain-get?bucket=files&key=plain", "Unauthorized", "no blob binding files");
        expectRefused("bare/plain-put?bucket=files&key=plain", "Unauthorized", "no blob binding files");
    }

    @Test
    void anObjectThatIsTooLongForAnArgumentIsTheInterfacesError() throws Exception {
        String text = host.post("/f/older/put?bucket=files&key=large", new byte[(8 << 20) + 1])
                .expect(500)
                .text();
        assertTrue(text.contains("Other") && text.contains("operation-argument-bytes-max"), text);
    }

    @Test
    void itemsAreInATableBehindABinding() throws Exception {
        post("older/put-item?key=k", "é\"x").expect(200);
        assertEquals("Some(String(\"é\\\"x\"))", told("older/get-item?key=k"));
        host.get("/f/older/get-item?key=none").expect(404);
        expectRefused("older/get-item?key=", "Malformed", "ValidationException: no key");
        expectRefused("bare/get-item?key=k", "Unauthorized", "no http binding dynamodb");
        expectRefused("bare/put-item?key=k", "Unauthorized", "no http binding dynamodb");
    }

    @Test
    void anItemIsReplacedOnACondition() throws Exception {
        String first = post("older/replace-item", "{\"id\":{\"S\":\"r\"},\"value\":{\"S\":\"w\"}}")
                .expect(200)
                .text();
        assertEquals("None Some(1.5)", first);
        String second = post("older/replace-item", "{\"id\":{\"S\":\"r\"},\"value\":{\"S\":\"x\"}}")
                .expect(200)
                .text();
        assertTrue(second.contains("\\\"w\\\"") && second.endsWith("Some(1.5)"), second);
        String third = post("older/replace-item", "{\"id\":{\"S\":\"r\"},\"value\":{\"S\":\"y\"}}")
                .expect(500)
                .text();
        assertTrue(third.contains("Other") && third.contains("ConditionalCheckFailedException"), third);
        String wrong = post("older/replace-item", "no JSON").expect(500).text();
        assertTrue(wrong.contains("Malformed") && wrong.contains("no JSON"), wrong);
    }

    @Test
    void aFunctionOfLambdaIsCalledBehindABinding() throws Exception {
        assertEquals(
                "200 {\"\":\"a payload\"}",
                post("older/call?function=orders", "a payload").expect(200).text());
        String arn = "arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aorders";
        assertEquals(
                "200 {\"Qualifier=%24LATEST\":\"x\"}",
                post("older/call?version=%24LATEST&function=" + arn, "x")
                        .expect(200)
                        .text());
        assertEquals("200 {\"\":\"it broke\"}", told("older/call?function=broken"), "its failure is its payload");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event | 202 None None None",
                "dry-run | 204 None None None",
                // base64 of: called with e30=
                "tail | 200 Some([123, 34, 34, 58, 34, 34, 125]) Some(\"Y2FsbGVkIHdpdGggZTMwPQ==\") Some(\"$LATEST\")"
            })
    void aFunctionOfLambdaIsCalledInAnyWay(String kind, String expected) throws Exception {
        assertEquals(expected, told("older/call-as?function=orders&kind=" + kind));
    }

    @Test
    void whatLambdaRefusesIsToldByItsType() throws Exception {
        expectRefused("older/call?function=none", "Other", "ResourceNotFoundException: no none");
        expectRefused("older/call?function=closed", "Unauthorized", "AccessDeniedException: no closed");
        expectRefused("older/call?function=picky", "Malformed", "InvalidRequestContentException: no picky");
        expectRefused("bare/call?function=orders", "Unauthorized", "no http binding lambda");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "put", "get", "put-item", "get-item", "call"})
    void aRoleIsRefusedWithTheInterfacesError(String path) throws Exception {
        expectRefused("older/" + path + "?role=arn", "Unauthorized", "federated role");
    }

    @Test
    void aClusterTakesCommands() throws Exception {
        String lines =
                "SET k v\nGET k\nGET none\nINCR n\nPING\nRPUSH l a b\nLRANGE l 0 -1\nGET l\nEVAL return{1,{'x'}} 0";
        String text = post("older/cluster?name=cluster", lines).expect(200).text();
        String[] replies = text.split("\n", -1);
        assertEquals(
                "okay \"v\" nil 1 PONG 2 [\"a\" \"b\"]",
                String.join(" ", List.of(replies).subList(0, 7)));
        assertTrue(replies[7].startsWith("error WRONGTYPE"), text);
        assertEquals("[1 [\"x\"]]", replies[8]);
        expectRefused("older/cluster?name=closed", "permission-denied", "commands is not true");
        expectRefused("older/cluster?name=memory", "permission-denied", "not of provider redis");
        expectRefused("bare/cluster?name=cluster", "permission-denied", "no kv binding cluster");
    }

    @Test
    void aServerIsTheBindingToItsAddressAndTakesCommandsInAPipe() throws Exception {
        for (String connection : new String[] {
            "valkey://127.0.0.1:" + redis.port(), "redis://me:secret@127.0.0.1:" + redis.port() + "/0", "cluster"
        }) {
            String at = URLEncoder.encode(connection, StandardCharsets.UTF_8);
            String text = post("older/server?at=" + at, "SET p v\nGET p\nLPUSH p x\nMGET p none")
                    .expect(200)
                    .text();
            String[] replies = text.split("\n", -1);
            assertEquals("okay", replies[0]);
            assertEquals("\"v\"", replies[1]);
            assertTrue(replies[2].startsWith("error WRONGTYPE"), "a refusal is an answer among the others: " + text);
            assertEquals("[\"v\" nil]", replies[3]);
        }
        assertEquals("", post("older/server?at=cluster", "").expect(200).text(), "an empty pipe");
    }

    @Test
    void aServerThatIsNotGrantedIsTheInterfacesError() throws Exception {
        String granted = URLEncoder.encode("redis://127.0.0.1:" + redis.port(), StandardCharsets.UTF_8);
        String none = "127.0.0.1:" + redis.port();
        expectRefused(
                "bare/server?at=" + granted, "permission-denied", "no kv binding that takes commands for " + none);
        expectRefused("closed/server?at=" + granted, "permission-denied", "no kv binding that takes commands");
        expectRefused("older/server?at=" + granted + "%2F1", "invalid: ", "database 0");
        expectRefused("older/server?at=redis%3A%2F%2Fother.example", "for other.example:6379");
        expectRefused("older/server?at=nobody", "permission-denied", "no kv binding nobody");
        String select =
                post("older/server?at=cluster", "SET p v\nSELECT 1").expect(500).text();
        assertTrue(select.contains("permission-denied") && select.contains("SELECT is not for functions"), select);
    }
}

package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Functions for Momento, built from the published crates: tokens, and the services of AWS and Valkey, by this host's bindings. */
@Timeout(60)
final class MomentoServicesTest {
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
                  tables: {kind: http, origin: 'http://127.0.0.1:%d', allow-private-addresses: true}
                  cluster: {kind: kv, provider: redis, host: 127.0.0.1, port: %d, commands: true}
                  closed: {kind: kv, provider: redis, host: 127.0.0.1, port: %d}
                  memory: {kind: kv, provider: memory}
                """.formatted(aws.port(), redis.port(), redis.port()));
        host = TestHost.start(folder, Limits.defaults());
        host.put("/v1/secrets/orders-key", "the secret").expect(204);
        deploy("request", "request");
        deploy("token", "token", "binding=function%3Arequest");
        deploy("aws", "aws", "binding=secret%3Aorders-key", "binding=files", "binding=dynamodb%3Dtables");
        deploy("bare", "aws");
        deploy("valkey", "valkey", "binding=cluster", "binding=closed", "binding=memory");
    }

    @AfterAll
    static void stop() throws Exception {
        host.close();
        aws.close();
        redis.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static void deploy(String name, String guest, String... settings) throws Exception {
        host.deployWith(name, "momento/" + guest, List.of(settings));
    }

    @Test
    void aTokenCallsWhatItsMakerMayCallAndCarriesItsId() throws Exception {
        String[] token = host.get("/f/token?function=request&id=customer%207&seconds=90")
                .expect(200)
                .text()
                .split(" ", -1);
        assertEquals(host.uri("").toString(), token[1]);
        long left = Long.parseLong(token[2]) - Instant.now().getEpochSecond();
        assertTrue(left > 60 && left <= 90, token[2]);
        Answer answer = host.send(host.request("/f/request/head").header("Authorization", "Bearer " + token[0]));
        String text = answer.expect(200).text();
        assertTrue(text.contains("\ntoken Some(\"customer 7\")\n") && !text.contains(token[0]), text);
    }

    @Test
    void aTokenGivesNoMoreThanItsMakerHas() throws Exception {
        assertTrue(refused("function=aws").contains("grant it function:aws"));
        assertTrue(refused("function=*").contains("not for all or a prefix"));
        assertTrue(refused("").contains("caches and topics"));
        assertTrue(refused("function=token&seconds=0").contains("a second or longer"));
        assertTrue(refused("function=token&seconds=86401").contains("token-ttl-max=86400s"));
        assertTrue(refused("function=token&id=" + "x".repeat(100)).contains("label"));
    }

    private static String refused(String query) throws Exception {
        return host.get("/f/token?" + query).expect(500).text();
    }

    @Test
    void aSecretIsOneOfTheHosts() throws Exception {
        assertEquals(
                "the secret",
                host.get("/f/aws/secret?id=orders-key").expect(200).text());
        String arn = "arn%3Aaws%3Asecretsmanager%3Aeu-west-1%3A1%3Asecret%3Aorders-key-aB3dE6";
        assertEquals(
                "the secret",
                host.get("/f/aws/secret?stage=AWSCURRENT&id=" + arn).expect(200).text());
        assertTrue(host.get("/f/aws/secret?id=orders-key&stage=AWSPREVIOUS")
                .expect(500)
                .text()
                .contains("Malformed"));
        assertTrue(host.get("/f/bare/secret?id=orders-key").expect(500).text().contains("Unauthorized"));
    }

    @Test
    void aBucketIsABinding() throws Exception {
        byte[] body = new byte[300_000];
        body[299_999] = 7;
        assertEquals(
                "true",
                host.post("/f/aws/put?bucket=files&key=a%2Fb", body).expect(200).text());
        Answer answer = host.get("/f/aws/get?bucket=files&key=a%2Fb").expect(200);
        assertArrayEquals(body, answer.bytes());
        assertEquals("red", answer.header("colour"));
        host.get("/f/aws/get?bucket=files&key=c").expect(404);
        String text = host.get("/f/bare/get?bucket=files&key=c").expect(500).text();
        assertTrue(text.contains("no blob binding files"), text);
    }

    @Test
    void itemsAreInATableBehindABinding() throws Exception {
        host.post("/f/aws/put-item?key=k", "é\"x").expect(200);
        assertEquals(
                "Some(String(\"é\\\"x\"))",
                host.get("/f/aws/get-item?key=k").expect(200).text());
        host.get("/f/aws/get-item?key=none").expect(404);
        String wrong = host.get("/f/aws/get-item?key=").expect(500).text();
        assertTrue(wrong.contains("ValidationException: no key"), wrong);
        String text = host.get("/f/bare/get-item?key=k").expect(500).text();
        assertTrue(text.contains("no http binding dynamodb"), text);
    }

    @Test
    void aRoleIsRefusedWithTheInterfacesError() throws Exception {
        String text =
                host.get("/f/aws/secret?id=orders-key&role=arn").expect(500).text();
        assertTrue(text.contains("Unauthorized") && text.contains("federated role"), text);
    }

    @Test
    void aCommandsAnswerIsOfItsKind() throws Exception {
        assertEquals("ok", command("SET k v"));
        assertEquals("\"v\"", command("GET k"));
        assertEquals("\"v\"", command("SET k OK GET"));
        assertEquals("\"OK\"", command("GET k"), "a value is no status, whatever it is");
        assertEquals("ok", command("SET k v"));
        assertEquals("nil", command("GET none"));
        assertEquals("1", command("INCR n"));
        assertEquals("PONG", command("PING"));
        assertEquals("2", command("RPUSH l a b"));
        assertEquals("[\"a\" \"b\"]", command("LRANGE l 0 -1"));
        assertEquals("[]", command("LRANGE none 0 -1"));
        assertEquals("[\"v\" nil]", command("MGET k none"));
        assertEquals("1", command("HSET h f x"));
        assertEquals("[\"f\" \"x\"]", command("HGETALL h"));
        assertEquals("[1 [\"x\" 2]]", command("EVAL return{1,{'x',2}} 0"));
        assertTrue(command("GET l").startsWith("error WRONGTYPE"));
        assertTrue(command("NONSENSE").startsWith("error ERR"));
    }

    @Test
    void aCommandThatIsNotForFunctionsIsTheInterfacesError() throws Exception {
        for (String refused :
                new String[] {"SELECT 1", "subscribe x", "BLPOP l 0", "CONFIG GET *", "XREAD BLOCK 0 STREAMS s 0"}) {
            assertTrue(command(refused).startsWith("valkey error: permission-denied: "), refused);
        }
        assertTrue(host.post("/f/valkey?cluster=closed", "PING").text().contains("commands is not true"));
        assertTrue(host.post("/f/valkey?cluster=memory", "PING").text().contains("not of provider redis"));
        assertTrue(host.post("/f/valkey?cluster=none", "PING").text().contains("no kv binding none"));
    }

    private static String command(String line) throws Exception {
        return host.post("/f/valkey?cluster=cluster", line).expect(200).text();
    }
}

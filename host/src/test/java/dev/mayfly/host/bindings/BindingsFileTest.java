package dev.mayfly.host.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.hostinterfaces.BindingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BindingsFileTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("TOKEN", "t0psecret");

    @TempDir
    private Path folder;

    private List<DeclaredBinding> read(String text) throws IOException {
        return BindingsFile.read(Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), text), ENVIRONMENT);
    }

    /** Refused, with the line and these words. */
    private String refused(int line, String text, String... words) {
        String message = String.valueOf(
                assertThrows(MayflyException.Invalid.class, () -> read(text)).getMessage());
        assertTrue(message.contains(HostConfiguration.FILE_NAME + ":" + line + ":"), message);
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
        return message;
    }

    @Test
    void aBindingIsForTheDefaultTenantUnlessItNamesOthers() throws IOException {
        List<DeclaredBinding> declared = read("""
                bindings:
                  own: {kind: kv, provider: memory}
                  shared: {kind: kv, provider: memory, tenants: [acme, default]}
                  all: {kind: kv, provider: memory, tenants: ['*']}
                """);
        assertEquals(
                List.of(Set.of("default"), Set.of("acme", "default"), Set.of("*")),
                declared.stream().map(DeclaredBinding::tenants).toList());
        refused(2, "bindings:\n  a: {kind: kv, provider: memory, tenants: [Acme]}", "no tenant's name");
    }

    @Test
    void bindingsAreReadInTheOrderWritten() throws IOException {
        Files.writeString(folder.resolve("token"), "from a file\n");
        List<DeclaredBinding> declared = read("""
                # What functions may use.
                bindings:
                  sessions:
                    kind: kv
                    provider: memory
                    bytes-max: 8MiB
                    concurrency: 3
                  links: {kind: kv, provider: sqlite, file: links.sqlite, reader-count: 2}
                  cache:
                    kind: kv
                    provider: redis
                    host: redis.example
                    port: 6380
                    username: mayfly
                    password: {env: TOKEN}
                    tls: true
                  prices:
                    kind: http
                    origin: https://prices.example
                    connect-timeout: 500ms
                    pool-size: 10
                    protocol: http/2
                    headers:
                      authorization: {file: token}
                      user-agent: mayfly
                    granted-redirect-origins:
                      - https://cdn.example
                  token: {kind: secret, value: {env: TOKEN}}
                  orders: {kind: sql, provider: sqlite, file: orders.sqlite, pool-size: 2, bytes-max: 1GiB}
                  ledger:
                    kind: sql
                    provider: postgresql
                    url: postgresql://db.example:5432/ledger?sslmode=verify-full
                    user: mayfly
                    password: {env: TOKEN}
                  uploads: {kind: blob, provider: folder, folder: uploads}
                  archive:
                    kind: blob
                    provider: s3
                    endpoint: https://store.example
                    bucket: archive
                    access-key: {env: TOKEN}
                    secret-key: {env: TOKEN}
                """);
        assertEquals(
                List.of("sessions", "links", "cache", "prices", "token", "orders", "ledger", "uploads", "archive"),
                declared.stream().map(DeclaredBinding::name).toList());
        assertEquals(
                List.of(
                        BindingKind.KV,
                        BindingKind.KV,
                        BindingKind.KV,
                        BindingKind.HTTP,
                        BindingKind.SECRET,
                        BindingKind.SQL,
                        BindingKind.SQL,
                        BindingKind.BLOB,
                        BindingKind.BLOB),
                declared.stream().map(DeclaredBinding::kind).toList());
        assertEquals(
                List.of("memory", "sqlite", "redis", "pool", "value", "sqlite", "postgresql", "folder", "s3"),
                declared.stream().map(DeclaredBinding::provider).toList());
    }

    @Test
    void aFunctionMayHaveHalfOfAPoolUnlessTheFileSaysOtherwise() throws IOException {
        List<DeclaredBinding> declared = read("""
                bindings:
                  a: {kind: http, origin: https://a.example, pool-size: 10}
                  b: {kind: http, origin: https://a.example, pool-size: 1}
                  c: {kind: http, origin: https://a.example, pool-size: 10, concurrency: 7}
                  d: {kind: kv, provider: memory}
                """);
        assertEquals(
                List.of(5, 1, 7, Bindings.CONCURRENCY_MAX),
                declared.stream().map(DeclaredBinding::concurrencyMax).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "bindings:\n", "bindings: {}\n"})
    void aFileMayDeclareNothing(String text) throws IOException {
        assertEquals(List.of(), read(text));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing.yaml");
        String message = String.valueOf(
                assertThrows(MayflyException.Invalid.class, () -> BindingsFile.read(missing, ENVIRONMENT))
                        .getMessage());
        assertTrue(message.contains("missing.yaml"), message);
    }

    @Test
    void unknownKeysAreRefusedWithWhatThereIs() {
        refused(1, "binding: {}\n", "binding is unknown", "did you mean bindings?");
        refused(
                5,
                "bindings:\n  a:\n    kind: kv\n    provider: memory\n    bytes: 3\n",
                "binding a: bytes is unknown",
                "bytes-max");
    }

    @Test
    void unknownKindsAndProvidersAreRefusedWithWhatThereIs() {
        refused(3, "bindings:\n  a:\n    kind: queue\n", "kind 'queue' is unknown", "kv", "http", "secret");
        refused(
                4,
                "bindings:\n  a:\n    kind: kv\n    provider: mongodb\n",
                "provider 'mongodb' is unknown",
                "there are memory, sqlite, redis");
    }

    @Test
    void whatIsMissingIsNamed() {
        refused(2, "bindings:\n  a: {provider: memory}\n", "binding a: kind is missing", "kv");
        refused(2, "bindings:\n  a: {kind: kv}\n", "provider is missing", "memory");
        refused(2, "bindings:\n  a: {kind: kv, provider: sqlite}\n", "file is missing");
        refused(2, "bindings:\n  a: {kind: secret}\n", "value is missing");
    }

    @Test
    void valuesOfTheWrongTypeAreRefusedWithWhatIsWanted() {
        refused(2, "bindings:\n  a: {kind: kv, provider: memory, bytes-max: much}\n", "'much' is not a size", "64MiB");
        refused(
                2,
                "bindings:\n  a: {kind: kv, provider: memory, bytes-max: [1]}\n",
                "bytes-max must be a single value");
        refused(2, "bindings:\n  a: {kind: kv, provider: memory, concurrency: few}\n", "'few' is not a whole number");
        refused(2, "bindings:\n  a: {kind: kv, provider: memory, concurrency: 0}\n", "concurrency: 0 must be positive");
        refused(2, "bindings:\n  a: {kind: kv, provider: redis, host: h, tls: perhaps}\n", "neither true nor false");
        refused(2, "bindings:\n  a: {kind: http, origin: https://a.example, connect-timeout: 3}\n", "is not a time");
        refused(
                2,
                "bindings:\n  a: {kind: http, origin: https://a.example, headers: x}\n",
                "headers must be a mapping");
        refused(2, "bindings:\n  a: {kind: http, origin: 'https://a.example/path'}\n", "an origin has no path");
        refused(2, "bindings:\n  a: 3\n", "binding a must be a mapping");
        refused(1, "bindings: [a, b]\n", "bindings must be a mapping");
        refused(1, "just text\n", "the file must be a mapping");
    }

    @Test
    void settingsOutOfRangeAreRefusedWhereTheBindingIs() {
        refused(3, "bindings:\n  a:\n    kind: kv\n    provider: redis\n    host: h\n    port: 70000\n", "port=70000");
        refused(2, "bindings:\n  a: {kind: http, origin: https://a.example, pool-size: 0}\n", "poolSize=0");
        refused(2, "bindings:\n  a: {kind: sql, provider: sqlite, file: f, pool-size: 99}\n", "pool-size=99");
    }

    @Test
    void namesThatNoDeploymentCouldTellFromOthersAreRefused() {
        refused(2, "bindings:\n  'function:x': {kind: kv, provider: memory}\n", "'function:x' is no binding's name");
        refused(2, "bindings:\n  '': {kind: kv, provider: memory}\n", "is no binding's name");
    }

    @Test
    void allThatIsWrongIsSaidAtOnceEachWithItsPlace() {
        String message = String.valueOf(
                assertThrows(MayflyException.Invalid.class, () -> read("""
                bindings:
                  a: {kind: kv, provider: memry}
                  b:
                    kind: kv
                    provider: redis
                    host: h
                    prt: 1
                    tls: perhaps
                  c: {kind: kv, provider: memory}
                """)).getMessage());
        assertEquals(
                List.of(
                        ":2:27: binding a: provider 'memry' is unknown; did you mean memory?",
                        ":7:5: binding b: prt is unknown; did you mean port?",
                        ":8:10: binding b: tls: 'perhaps' is neither true nor false"),
                message.lines()
                        .map(line -> line.substring(
                                line.indexOf(HostConfiguration.FILE_NAME) + HostConfiguration.FILE_NAME.length()))
                        .toList());
    }

    @Test
    void whatMayBeASecretIsNotShownAndWhereOneIsMayBe() throws IOException {
        Path file = Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  a: {kind: kv, provider: redis, host: h, password: t0psecret}
                  b: {kind: http, origin: https://b.example, headers: {x-account: t0psecret, cookie: {env: TOKEN}}}
                  c: {kind: secret, value: t0psecret}
                  d: {kind: sql, provider: postgresql, url: 'postgresql://u:t0psecret@h/d?password=t0psecret', user: u}
                  e: {kind: blob, provider: s3, bucket: b, access-key: t0psecret, secret-key: {file: token}}
                """);
        String shown = Redaction.of(Objects.requireNonNull(HostConfiguration.bindingsOf(file)))
                .toString();
        assertFalse(shown.contains("t0psecret"), shown);
        for (String part : List.of("TOKEN", "b.example", "text=token", "@h/d", "provider")) {
            assertTrue(shown.contains(part), part + " is not in " + shown);
        }
    }

    @Test
    void aNameMayBeThereOnce() {
        refused(3, "bindings:\n  a: {kind: kv, provider: memory}\n  a: {kind: kv, provider: memory}\n");
    }

    @Test
    void whatIsNoYamlIsRefusedWithoutQuotingIt() {
        String message = refused(3, "bindings:\n  a: {kind: secret,\n  value: t0psecret: x}\n  - b\n");
        assertFalse(message.contains("t0psecret"), message);
        refused(3, "bindings: {}\n---\nbindings: {}\n", "second document");
        refused(3, "bindings:\n  a: &x {kind: kv, provider: memory}\n  b: *x\n", "aliases");
    }

    @Test
    void aCredentialThatIsNotThereIsRefusedWithWhereItWasLookedFor() {
        refused(
                2,
                "bindings:\n  a: {kind: kv, provider: redis, host: h, password: {env: NOT_SET}}\n",
                "password: the environment variable NOT_SET is not set");
        refused(
                2,
                "bindings:\n  a: {kind: kv, provider: redis, host: h, password: {file: no/such}}\n",
                "password: the file ",
                "no/such");
        refused(
                2,
                "bindings:\n  a: {kind: kv, provider: redis, host: h, password: {vault: x}}\n",
                "password must be {env: NAME} or {file: PATH}");
    }

    @Test
    void noTextOfADeclarationHasItsCredentials() throws IOException {
        Files.writeString(folder.resolve("token"), "t0psecret");
        List<DeclaredBinding> declared = read("""
                bindings:
                  a: {kind: kv, provider: redis, host: h, password: t0psecret}
                  b: {kind: http, origin: https://b.example, headers: {authorization: {file: token}}}
                  c: {kind: secret, value: {env: TOKEN}}
                  d: {kind: sql, provider: postgresql, url: 'postgresql://h/d', user: u, password: {env: TOKEN}}
                  e: {kind: blob, provider: s3, bucket: b, access-key: a, secret-key: t0psecret}
                """);
        assertFalse(declared.toString().contains("t0psecret"), declared::toString);
    }
}

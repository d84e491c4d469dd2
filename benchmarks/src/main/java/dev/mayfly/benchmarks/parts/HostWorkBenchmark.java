package dev.mayfly.benchmarks.parts;

import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.Authenticator;
import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.access.Permission;
import dev.mayfly.host.access.Scope;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.CatalogConnection;
import dev.mayfly.host.catalog.SqliteCatalog;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.secrets.SealingKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a host does around a call that nobody sees of it: it looks whose key that is and what it permits, finds the function, takes what the call needs
 * under its limits, gives it back and records what it took. Without the call.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
public class HostWorkBenchmark {
    private static final String FUNCTION = "echo";

    private Path folder;
    private CatalogConnection connection;
    private Authenticator authenticator;
    private String key;
    private Invoker invoker;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
    public HostWorkBenchmark() {}

    @Setup(Level.Trial)
    public void open(HostState state) throws Exception {
        folder = Files.createTempDirectory("mayfly-parts");
        Path file = folder.resolve("catalog.db");
        SqliteCatalog.open(file, SealingKeys.read(folder, Map.of())).close();
        connection = CatalogConnection.open(file);
        KeyStore keys = new KeyStore(connection);
        authenticator = keys.authenticator();
        key = keys.create(Tenant.DEFAULT, false, "bench", List.of(Permission.parse("invoke:" + FUNCTION)), null)
                .text();
        invoker = state.host().invoker();
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        connection.close();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Benchmark
    public Invocation authenticateRouteAdmitRecord() {
        ApiKey found = authenticator.find(key);
        if (found == null || !found.reaches(FUNCTION) || !found.permits(Scope.INVOKE, FUNCTION)) {
            throw new IllegalStateException("the key should permit the call");
        }
        try (Invocation invocation = invoker.open(
                InProcessHost.route(invoker, FUNCTION), invoker.ids().next())) {
            if (invocation.refusal() != null) {
                throw new IllegalStateException(FUNCTION + " can't run: " + invocation.refusal());
            }
            invocation.end(Outcome.RESPONSE);
            return invocation;
        }
    }
}

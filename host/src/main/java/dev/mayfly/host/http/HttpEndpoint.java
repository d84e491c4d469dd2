package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.FailedKeys;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.deploy.Deployer;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.observe.HostHealth;
import dev.mayfly.host.observe.HostMetrics;
import dev.mayfly.host.observe.LineWriter;
import dev.mayfly.host.warmup.Warmups;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The web server: a port for calls and one for the admin API, which takes calls as well. Both tell how the host is.
 *
 * <p>Threads: any. Ownership: what it is given outlives it.
 */
public final class HttpEndpoint implements AutoCloseable {
    private final SlowClients slowClients;
    private final @Nullable TlsIdentity identity;
    private final Listener calls;
    private final Listener admin;

    private HttpEndpoint(SlowClients slowClients, @Nullable TlsIdentity identity, Listener calls, Listener admin) {
        this.slowClients = slowClients;
        this.identity = identity;
        this.calls = calls;
        this.admin = admin;
    }

    /**
     * Starts to listen.
     *
     * @throws MayflyException.Conflict when a port is in use, or an address none of this machine
     * @throws MayflyException.Invalid when there is no certificate where it should be
     */
    public static HttpEndpoint start(
            HostConfig config,
            Access access,
            Invoker invoker,
            Deployer deployer,
            Releases releases,
            Warmups warmups,
            Bindings bindings,
            EventQueue queue,
            HostHealth health,
            HostMetrics metrics,
            @Nullable LineWriter accessLog) {
        Limits limits = config.limits();
        KeyCheck keyCheck = new KeyCheck(access.keys().authenticator(), new FailedKeys());
        InvokeHandler invoking = new InvokeHandler(
                invoker,
                warmups,
                new CallGate(keyCheck, config.access().functionsPublic()),
                limits,
                new AccessLog(accessLog),
                config.observe().timing());
        AdminGate gate = new AdminGate(keyCheck, access.keys(), access.audit());
        TlsIdentity identity = config.access().tls() == null
                ? null
                : TlsIdentity.open(config.access().tls());
        Tls tls = identity == null ? null : identity.tls();
        Duration grace = config.drain().plusSeconds(5);
        SlowClients slowClients = new SlowClients();
        Listener calls = null;
        try {
            calls = Listener.start(
                    config.address(),
                    config.port(),
                    limits,
                    slowClients,
                    new FrontRouting(invoking, null),
                    routing -> {},
                    health(health),
                    tls,
                    grace);
            String callsUrl = config.callsUri(calls.port()).toString();
            AdminRoutes adminApi = adminApi(
                    access, deployer, releases, warmups, bindings, queue, invoker.routes(), metrics, limits, callsUrl);
            Listener admin = Listener.start(
                    config.access().adminAddress(),
                    config.adminPort(),
                    limits,
                    slowClients,
                    new FrontRouting(invoking, gate),
                    routing -> routing(routing, adminApi),
                    health(health),
                    tls,
                    grace);
            return new HttpEndpoint(slowClients, identity, calls, admin);
        } catch (RuntimeException e) {
            if (calls != null) {
                calls.close();
            }
            slowClients.close();
            if (identity != null) {
                identity.close();
            }
            throw e;
        }
    }

    private static ObserveFeature health(HostHealth health) {
        return ObserveFeature.just(HealthObserver.builder()
                .useSystemServices(false)
                .details(true)
                .addHealthChecks(health.checks())
                .build());
    }

    private static AdminRoutes adminApi(
            Access access,
            Deployer deployer,
            Releases releases,
            Warmups warmups,
            Bindings bindings,
            EventQueue queue,
            Routes functions,
            HostMetrics metrics,
            Limits limits,
            String callsUrl) {
        AdminRoutes routes = new AdminRoutes();
        new FunctionsService(deployer, releases, functions, limits, callsUrl).register(routes);
        new VersionsService(releases, functions).register(routes);
        new WarmupsService(warmups, functions).register(routes);
        new EventsService(queue, functions).register(routes);
        new KeysService(access.keys(), access.adminKey()).register(routes);
        new TenantsService(access.keys(), functions, access.secrets()).register(routes);
        new SecretsService(access.secrets()).register(routes);
        return routes.on(AdminOperation.LIST_CALLS, new CallsService(functions))
                .on(AdminOperation.LIST_BINDINGS, new BindingsService(bindings, functions))
                .on(AdminOperation.SHOW_ACTIVITY, new ActivityService(functions))
                .on(AdminOperation.READ_AUDIT, new AuditService(access.audit()))
                .on(AdminOperation.DESCRIBE_API, new ApiDescription())
                .on(AdminOperation.READ_METRICS, new MetricsHandler(metrics));
    }

    private static void routing(HttpRouting.Builder routing, AdminRoutes admin) {
        admin.register(routing);
        routing.error(MayflyException.class, (request, response, e) -> {
            Problems.ofRequest(e).send(response);
            ClientConnection.of(request).discardBody(request);
        });
    }

    /** Where calls are taken. */
    public int port() {
        return calls.port();
    }

    /** Where the admin API is. */
    public int adminPort() {
        return admin.port();
    }

    /** Connections open at the moment. */
    public int connectionCount() {
        return slowClients.connectionCount();
    }

    /** Stops to listen, waits for requests that are being answered, and closes all connections. */
    @Override
    public void close() {
        calls.drain();
        admin.drain();
        slowClients.drain();
        // Both at once: each waits for its requests.
        Thread closing = Thread.ofVirtual().name("mayfly-admin-close").start(admin::close);
        calls.close();
        try {
            closing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        slowClients.close();
        if (identity != null) {
            identity.close();
        }
    }
}

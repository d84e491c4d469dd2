package dev.mayfly.host.observe;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineMetrics;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.invoke.Invoker;
import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Whether the host is alive, and whether it is to get requests.
 */
public final class HostHealth {
    private static final long CATALOG_CHECK_EVERY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final System.Logger LOG = System.getLogger(HostHealth.class.getName());

    private final Engine engine;
    private final Invoker invoker;
    private final Runnable catalogWrite;
    private final CanaryWatch canary;

    private boolean catalogWorks;
    /** By {@link System#nanoTime}; nobody makes the host write more often by asking more often. */
    private long catalogCheckedNs;

    /**
     * Reads what it is given, which outlives it.
     *
     * @param catalogWrite writes to the catalog, or throws a {@link MayflyException}
     */
    public HostHealth(Engine engine, Invoker invoker, Runnable catalogWrite, CanaryWatch canary) {
        this.engine = engine;
        this.invoker = invoker;
        this.catalogWrite = catalogWrite;
        this.canary = canary;
        this.catalogCheckedNs = System.nanoTime() - CATALOG_CHECK_EVERY_NS;
    }

    /** All checks, by their type at {@code /observe/health/ready} or {@code /live}. */
    public List<HealthCheck> checks() {
        return List.of(
                check("accepting", HealthCheckType.READINESS, this::accepting),
                check("catalog", HealthCheckType.READINESS, this::catalog),
                check("canary", HealthCheckType.READINESS, this::canary),
                check("engine", HealthCheckType.LIVENESS, this::engine));
    }

    private HealthCheckResponse accepting() {
        return HealthCheckResponse.builder()
                .status(!invoker.isStopping())
                .detail("functions", invoker.routes().count())
                .build();
    }

    /** A host that can't keep what it is told is not to be told anything. */
    private synchronized HealthCheckResponse catalog() {
        if (System.nanoTime() - catalogCheckedNs >= CATALOG_CHECK_EVERY_NS) {
            try {
                catalogWrite.run();
                catalogWorks = true;
            } catch (MayflyException e) {
                catalogWorks = false;
                LOG.log(System.Logger.Level.ERROR, "the catalog can't be written, so that the host is not ready", e);
            }
            catalogCheckedNs = System.nanoTime();
        }
        return HealthCheckResponse.builder().status(catalogWorks).build();
    }

    private HealthCheckResponse canary() {
        return HealthCheckResponse.builder().status(!canary.hasFailed()).build();
    }

    /** A panic was contained, but what it left behind nobody knows: the operator should start the host anew. */
    private HealthCheckResponse engine() {
        EngineMetrics metrics = engine.metrics();
        return HealthCheckResponse.builder()
                .status(metrics.panics() == 0)
                .detail("panics", metrics.panics())
                .detail("invocationsOpen", metrics.componentInstances())
                .build();
    }

    private record Check(String name, HealthCheckType type, Supplier<HealthCheckResponse> response)
            implements HealthCheck {
        @Override
        public String path() {
            return name;
        }

        @Override
        public HealthCheckResponse call() {
            return response.get();
        }
    }

    private static HealthCheck check(String name, HealthCheckType type, Supplier<HealthCheckResponse> response) {
        return new Check(name, type, response);
    }
}

package dev.mayfly.host.observe;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineMetrics;
import dev.mayfly.host.invoke.Invoker;
import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import java.util.List;
import java.util.function.Supplier;

/**
 * Whether the host is alive, and whether it is to get requests.
 */
public final class HostHealth {
    private final Engine engine;
    private final Invoker invoker;

    /** Reads what it is given, which outlives it. */
    public HostHealth(Engine engine, Invoker invoker) {
        this.engine = engine;
        this.invoker = invoker;
    }

    /** All checks, by their type at {@code /observe/health/ready} or {@code /live}. */
    public List<HealthCheck> checks() {
        return List.of(
                check("accepting", HealthCheckType.READINESS, this::accepting),
                check("engine", HealthCheckType.LIVENESS, this::engine));
    }

    private HealthCheckResponse accepting() {
        return HealthCheckResponse.builder()
                .status(!invoker.isStopping())
                .detail("functions", invoker.routes().count())
                .build();
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

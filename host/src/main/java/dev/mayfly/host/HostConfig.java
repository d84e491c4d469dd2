package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host is started with.
 *
 * @param dataFolder where functions and their compiled artifacts are kept; made when it isn't there. One host at a time uses it
 * @param configFile with the bindings for functions; null = {@code mayfly.yaml} in the data folder, if there is one. What else it has was read by
 *     whoever made this
 * @param address the host name or IP address to listen on
 * @param port to listen on; 0 = any free one
 * @param limits on everything
 * @param tenantWeights tenants' parts of a host that is nearly full, by name, 1 to {@value #TENANT_WEIGHT_MAX}; 1 where none is given
 * @param drain how long closing waits for requests that are being answered before it cancels their functions
 * @param access how the admin API is reached, and who may call functions
 * @param observe what is told of calls
 * @param snapshotStore the blob binding that snapshots of warmed functions are archived in, which is no function's then; null = none
 */
public record HostConfig(
        Path dataFolder,
        @Nullable Path configFile,
        String address,
        int port,
        Limits limits,
        Map<String, Integer> tenantWeights,
        Duration drain,
        AccessConfig access,
        ObserveConfig observe,
        @Nullable String snapshotStore) {
    public static final int DEFAULT_PORT = 7373;

    public static final int TENANT_WEIGHT_MAX = 1_000;

    public HostConfig {
        if (port < 0 || port > 65_535) {
            throw new MayflyException.Invalid("port=" + port + " is out of range: 0 to 65535");
        }
        if (drain.isNegative()) {
            throw new MayflyException.Invalid("drain-ms=" + drain.toMillis() + " must not be negative");
        }
        tenantWeights = Map.copyOf(tenantWeights);
        tenantWeights.forEach((tenant, weight) -> {
            if (weight < 1 || weight > TENANT_WEIGHT_MAX) {
                throw new MayflyException.Invalid("weight=" + weight + " of tenant " + new Tenant(tenant)
                        + " is out of range: 1 to " + TENANT_WEIGHT_MAX);
            }
        });
    }

    /** On 127.0.0.1, port {@value #DEFAULT_PORT}, with {@link Limits#defaults()} and the user's data folder. */
    public static HostConfig defaults() {
        return new HostConfig(
                defaultDataFolder(),
                null,
                "127.0.0.1",
                DEFAULT_PORT,
                Limits.defaults(),
                Map.of(),
                Duration.ofSeconds(10),
                AccessConfig.defaults(),
                ObserveConfig.defaults(),
                null);
    }

    /** {@code $XDG_DATA_HOME/mayfly}, which is {@code ~/.local/share/mayfly} unless set otherwise. */
    public static Path defaultDataFolder() {
        String dataHome = System.getenv("XDG_DATA_HOME");
        // The XDG base directory specification has relative paths ignored.
        return dataHome != null && Path.of(dataHome).isAbsolute()
                ? Path.of(dataHome, "mayfly")
                : Path.of(System.getProperty("user.home"), ".local", "share", "mayfly");
    }

    public HostConfig withDataFolder(Path value) {
        return new HostConfig(
                value, configFile, address, port, limits, tenantWeights, drain, access, observe, snapshotStore);
    }

    public HostConfig withConfigFile(@Nullable Path value) {
        return new HostConfig(
                dataFolder, value, address, port, limits, tenantWeights, drain, access, observe, snapshotStore);
    }

    public HostConfig withAddress(String value) {
        return new HostConfig(
                dataFolder, configFile, value, port, limits, tenantWeights, drain, access, observe, snapshotStore);
    }

    public HostConfig withPort(int value) {
        return new HostConfig(
                dataFolder, configFile, address, value, limits, tenantWeights, drain, access, observe, snapshotStore);
    }

    public HostConfig withLimits(Limits value) {
        return new HostConfig(
                dataFolder, configFile, address, port, value, tenantWeights, drain, access, observe, snapshotStore);
    }

    public HostConfig withTenantWeights(Map<String, Integer> value) {
        return new HostConfig(
                dataFolder, configFile, address, port, limits, value, drain, access, observe, snapshotStore);
    }

    public HostConfig withDrain(Duration value) {
        return new HostConfig(
                dataFolder, configFile, address, port, limits, tenantWeights, value, access, observe, snapshotStore);
    }

    public HostConfig withAccess(AccessConfig value) {
        return new HostConfig(
                dataFolder, configFile, address, port, limits, tenantWeights, drain, value, observe, snapshotStore);
    }

    public HostConfig withObserve(ObserveConfig value) {
        return new HostConfig(
                dataFolder, configFile, address, port, limits, tenantWeights, drain, access, value, snapshotStore);
    }

    public HostConfig withSnapshotStore(@Nullable String value) {
        return new HostConfig(
                dataFolder, configFile, address, port, limits, tenantWeights, drain, access, observe, value);
    }

    /** The port that the admin API is to listen on; 0 = any free one. */
    public int adminPort() {
        return access.adminPort(port);
    }

    /**
     * Where clients on this machine call functions.
     *
     * @param callPort what the host listens on, where {@link #port()} may be 0
     */
    public URI callsUri(int callPort) {
        return access.uri(address, callPort);
    }
}

package dev.mayfly.benchmarks.http;

import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A host in this process, on any free port, whose functions everybody may call. */
public final class OpenHost implements AutoCloseable {
    private final Host host;
    private final MayflyClient client;

    private OpenHost(Host host, MayflyClient client) {
        this.host = host;
        this.client = client;
    }

    /** Starts it. */
    public static OpenHost start(HostConfig config) throws IOException {
        Host host =
                Host.start(config.withPort(0).withAccess(AccessConfig.defaults().withFunctionsPublic(true)));
        String key = Files.readString(config.dataFolder().resolve("admin.key")).strip();
        return new OpenHost(host, MayflyClient.builder(host.adminUri()).key(key).build());
    }

    /**
     * Deploys a function.
     *
     * @return where it is called
     */
    public URI deploy(String name, Path component, DeployOptions options) throws IOException {
        client.deployFunction(name, component, options);
        return host.uri().resolve("/f/" + name);
    }

    @Override
    public void close() {
        client.close();
        host.close();
    }
}

package dev.mayfly.benchmarks.worlds;

import dev.mayfly.benchmarks.hostcalls.Upstream;
import dev.mayfly.benchmarks.http.OpenHost;
import dev.mayfly.benchmarks.measure.Answers;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A host's process with the functions {@code proxy}, which passes on what an upstream answers, and {@code events}, which sends some. Arguments: the
 * upstream's origin, the components of both, and a folder for the host.
 */
public final class StreamsMain {
    /** Longer than streams are by default. */
    private static final Limits LIMITS =
            Limits.defaults().withResponseBodyBytesMax(1 << 30).withDeadline(Duration.ofMinutes(2));

    private StreamsMain() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Path data = Path.of(args[3]);
        Upstream.declare(args[0], data);
        try (OpenHost host =
                OpenHost.start(HostConfig.defaults().withDataFolder(data).withLimits(LIMITS))) {
            URI proxy =
                    host.deploy("proxy", Path.of(args[1]), DeployOptions.DEFAULTS.withBinding("upstream", "upstream"));
            host.deploy("events", Path.of(args[2]), DeployOptions.DEFAULTS);
            Answers.giveUntilInputEnds(proxy.resolve("/"));
        }
    }
}

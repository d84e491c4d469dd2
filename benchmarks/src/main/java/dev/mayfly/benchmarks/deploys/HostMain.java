package dev.mayfly.benchmarks.deploys;

import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * A host's process: prints where calls go, a space, and where its admin API is, and ends with its input. Argument: the data folder.
 */
public final class HostMain {
    private HostMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        HostConfig config = HostConfig.defaults()
                .withPort(0)
                .withDataFolder(Path.of(args[0]))
                .withAccess(AccessConfig.defaults().withFunctionsPublic(true));
        try (Host host = Host.start(config)) {
            System.out.println(host.uri() + " " + host.adminUri());
            System.out.flush();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}

package dev.mayfly.host;

import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.deploy.HostClock;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Hosts in a process to be killed: {@code CrashingHost STEP FOLDER...}, a host for each folder.
 *
 * <p>Writes a line with the address of each, in that order; then a line for each deployment that reached the step and stays there for ever. The step
 * {@link HostProcess#NEVER} is never reached.
 */
final class CrashingHost {
    static final String REACHED = "reached";

    private CrashingHost() {}

    public static void main(String[] args) throws IOException {
        String step = args[0];
        for (String folder : Arrays.asList(args).subList(1, args.length)) {
            Host host =
                    Host.start(TestHost.config(Path.of(folder)), HostClock.SYSTEM, reached -> stopAt(step, reached));
            System.out.println(host.adminUri());
        }
        // The end of the input is the end of the test, also of one that was killed itself.
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }

    private static void stopAt(String step, DeployStep reached) {
        if (!step.equals(reached.name())) {
            return;
        }
        System.out.println(REACHED);
        while (true) {
            LockSupport.park();
        }
    }
}

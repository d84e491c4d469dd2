package dev.mayfly.host;

import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.SetClock;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;

/**
 * Hosts in a process to be killed: {@code CrashingHost STEP STORE FOLDER...}, a host for each folder, with that {@code snapshot-store}; none if it is empty.
 *
 * <p>Writes a line with the address of each, in that order; then a line for each deployment that reached the step and stays there for ever. The step
 * {@link HostProcess#NEVER} is never reached. Of each line {@code HOST AHEAD} that it reads it lets time pass for that host until its clock is so far
 * ahead.
 */
final class CrashingHost {
    static final String REACHED = "reached";

    private CrashingHost() {}

    public static void main(String[] args) throws IOException {
        String step = args[0];
        String snapshotStore = args[1];
        List<SetClock> clocks = new ArrayList<>();
        for (String folder : Arrays.asList(args).subList(2, args.length)) {
            SetClock clock = new SetClock();
            clocks.add(clock);
            HostConfig config = TestHost.config(Path.of(folder));
            if (!snapshotStore.isEmpty()) {
                config = config.withSnapshotStore(snapshotStore);
            }
            Host host = Host.start(config, clock, reached -> stopAt(step, reached));
            System.out.println(host.adminUri());
        }
        // The end of the input is the end of the test, also of one that was killed itself.
        Scanner input = new Scanner(System.in, StandardCharsets.UTF_8);
        while (input.hasNext()) {
            clocks.get(input.nextInt()).advanceTo(Duration.parse(input.next()));
        }
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

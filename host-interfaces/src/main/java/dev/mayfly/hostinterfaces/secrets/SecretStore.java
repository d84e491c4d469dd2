package dev.mayfly.hostinterfaces.secrets;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;

/**
 * One secret: what is behind a {@code secret} binding.
 *
 * <p>Threads: any. Errors: {@link HostError}, whose text never has the value.
 */
@FunctionalInterface
public interface SecretStore {
    /**
     * The secret's value.
     *
     * @param staleness how long ago it may have been read from where it is kept
     */
    String value(Duration staleness, Deadline deadline);
}

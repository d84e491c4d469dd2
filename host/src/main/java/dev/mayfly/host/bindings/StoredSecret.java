package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.secrets.SecretStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A secret that is looked up again once what was read is older than the function wants. */
final class StoredSecret implements SecretStore {
    private final Credential credential;
    private volatile @Nullable Reading last;

    /** Has no text of its own. */
    private static final class Reading {
        private final String value;
        private final long atNs;

        Reading(String value, long atNs) {
            this.value = value;
            this.atNs = atNs;
        }
    }

    /** @throws IllegalArgumentException when the secret isn't there */
    StoredSecret(Credential credential) {
        this.credential = credential;
        read();
    }

    @Override
    public String value(Duration staleness, Deadline deadline) {
        Reading last = this.last;
        if (last != null && System.nanoTime() - last.atNs < staleness.toNanos()) {
            return last.value;
        }
        deadline.left();
        try {
            return read();
        } catch (IllegalArgumentException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the secret can't be read at the moment", e);
        }
    }

    private String read() {
        long nowNs = System.nanoTime();
        String value = credential.value();
        last = new Reading(value, nowNs);
        return value;
    }
}

package dev.mayfly.host.secrets;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.secrets.SecretStore;
import java.time.Duration;

/** One of a vault's secrets, as functions reach it: always the value that was last set. What is behind a {@code secret:NAME} binding. */
public final class VaultSecret implements SecretStore {
    private final SecretVault vault;
    private final Tenant tenant;
    private final String name;

    /** The secret of that name, whether or not there is one at the moment. */
    public VaultSecret(SecretVault vault, Tenant tenant, String name) {
        this.vault = vault;
        this.tenant = tenant;
        this.name = name;
    }

    @Override
    public String value(Duration staleness, Deadline deadline) {
        try {
            String value = vault.value(tenant, name);
            if (value != null) {
                return value;
            }
        } catch (MayflyException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the secret can't be opened", e);
        }
        throw HostError.of(HostError.Kind.NOT_FOUND, "the secret is not set any more");
    }
}

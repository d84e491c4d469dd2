package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key, as the host knows it: everything but the key itself.
 *
 * @param id names it in commands and in the audit log; not secret
 * @param tenant whom it belongs to
 * @param hostWide whether it is the operator's: valid for all tenants, acting for {@code tenant} unless another is named
 * @param label what its owner calls it
 * @param permissions what it permits
 * @param createdAt to the millisecond
 * @param endsAtMs when it stops to be valid, in milliseconds since 1970; {@link #NEVER}
 * @param revoked whether somebody ended it
 */
public record ApiKey(
        String id,
        Tenant tenant,
        boolean hostWide,
        String label,
        List<Permission> permissions,
        Instant createdAt,
        long endsAtMs,
        boolean revoked) {
    public static final long NEVER = Long.MAX_VALUE;
    public static final int LABEL_LENGTH_MAX = 100;

    /** What stands before the id that a function gave a key that it made. */
    public static final String TOKEN_ID_LABEL = "token-id:";

    /** What stands before the name of a function that made a key without an id. */
    public static final String TOKEN_LABEL = "token of ";

    public static final int PERMISSION_COUNT_MAX = 32;

    public ApiKey {
        permissions = List.copyOf(permissions);
        if (permissions.isEmpty() || permissions.size() > PERMISSION_COUNT_MAX) {
            throw new MayflyException.Invalid("a key has 1 to " + PERMISSION_COUNT_MAX + " permissions");
        }
        if (label.isBlank()
                || label.length() > LABEL_LENGTH_MAX
                || label.chars().anyMatch(Character::isISOControl)) {
            throw new MayflyException.Invalid(
                    "a key's label has 1 to " + LABEL_LENGTH_MAX + " characters, none a control character");
        }
    }

    /** What the function that made the key put into it for functions that are called with it; null where there is no such thing. */
    public @Nullable String tokenId() {
        return label.startsWith(TOKEN_ID_LABEL) ? label.substring(TOKEN_ID_LABEL.length()) : null;
    }

    /** Whether a function made it. */
    boolean isFunctionsToken() {
        return label.startsWith(TOKEN_ID_LABEL) || label.startsWith(TOKEN_LABEL);
    }

    public boolean isLive(long nowMs) {
        return nowMs < endsAtMs;
    }

    /** Whether it permits that for a function, named without its tenant, of a tenant it is {@linkplain #reaches valid for}. */
    public boolean permits(Scope scope, CharSequence shortName) {
        for (int i = 0; i < permissions.size(); i++) {
            if (permissions.get(i).permits(scope, shortName)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it permits that for all functions. */
    public boolean permitsAll(Scope scope) {
        return permissions.stream()
                .anyMatch(permission -> permission.scope().includes(scope)
                        && permission.functions().equals(NamePattern.ALL));
    }

    /** Whether there may be a function that it permits that for. */
    public boolean permitsSome(Scope scope) {
        return permissions.stream().anyMatch(permission -> permission.scope().includes(scope));
    }

    /** Whether it can tell that a function of that full name is there. */
    public boolean reaches(String fullName) {
        return hostWide || tenant.owns(fullName);
    }

    ApiKey ending(long atMs, boolean byHand) {
        return new ApiKey(id, tenant, hostWide, label, permissions, createdAt, Math.min(endsAtMs, atMs), byHand);
    }
}

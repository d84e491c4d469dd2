package dev.mayfly.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a key is to be.
 *
 * @param label what the audit log is to call it
 * @param permissions such as {@code deploy:orders-*}
 * @param ttlMs how long it is valid; null = until it is revoked
 * @param hostWide for all tenants, and for what is the operator's
 */
public record KeyRequest(
        String label, List<String> permissions, @Nullable Long ttlMs, boolean hostWide) {}

package dev.mayfly.client;

import java.util.List;

/**
 * Part of the audit log.
 *
 * @param next where to read on
 */
public record AuditPage(List<AuditRecord> records, long next) {}

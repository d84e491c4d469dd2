package dev.mayfly.host.http;

import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.audit.AuditLog;
import dev.mayfly.host.secrets.SecretVault;

/**
 * What decides and remembers who does what.
 *
 * @param keys of all tenants
 * @param adminKey the operator's, in the data folder
 * @param secrets of all tenants
 * @param audit what was done
 */
public record Access(KeyStore keys, AdminKeyFile adminKey, SecretVault secrets, AuditLog audit) {}

package dev.mayfly.host.http;

import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.access.Scope;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.audit.AuditLog;
import dev.mayfly.host.audit.AuditRecord;
import dev.mayfly.host.catalog.FunctionName;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests to the admin API through that come with a key for what they want, and writes the audit log. What an administrator changes is in the
 * log before the administrator is told that it is done.
 *
 * <p>Threads: any.
 */
final class AdminGate {
    private static final System.Logger LOG = System.getLogger(AdminGate.class.getName());

    private final KeyCheck keyCheck;
    private final KeyStore keys;
    private final AuditLog audit;

    AdminGate(KeyCheck keyCheck, KeyStore keys, AuditLog audit) {
        this.keyCheck = keyCheck;
        this.keys = keys;
        this.audit = audit;
    }

    /** Sends the request on to {@code rest}, or says why not. */
    void route(
            ClientConnection connection,
            String path,
            RoutingRequest request,
            RoutingResponse response,
            HttpRouting rest) {
        AdminAction action = AdminAction.of(request.prologue().method().text(), path);
        ApiKey key = keyCheck.find(request.headers());
        String tenantName = request.prologue().query().first("tenant").orElse(null);
        Entry entry = new Entry(action, key, tenantName, KeyCheck.address(connection), response);
        Problem refusal = refusal(connection, request, action, key, tenantName);
        if (refusal != null) {
            if (refusal.type() != ProblemType.TOO_MANY_FAILED_KEYS) {
                // More would let anybody fill the disk.
                entry.writeBeforeResponse();
            }
            refusal.send(response);
            connection.discardBody(request);
            return;
        }
        entry.writeBeforeResponse();
        try {
            rest.route(connection, request, response);
        } finally {
            // The client of one that was cut off doesn't know how it ended; the log knows that it was begun.
            entry.write(0);
        }
    }

    private @Nullable Problem refusal(
            ClientConnection connection,
            RoutingRequest request,
            AdminAction action,
            @Nullable ApiKey key,
            @Nullable String tenantName) {
        if (key == null) {
            return keyCheck.refusal(connection, request.headers());
        }
        if (tenantName != null && !FunctionName.isValid(tenantName)) {
            return Problem.of(ProblemType.INVALID_NAME, "the parameter tenant is no tenant's name");
        }
        Tenant tenant = tenantName == null ? key.tenant() : new Tenant(tenantName);
        if (action.hostWide() && !key.hostWide()) {
            return denied("this is for the operator's keys");
        }
        if (!key.hostWide() && !tenant.equals(key.tenant())) {
            return denied("the key is another tenant's");
        }
        if (!isPermitted(key, action)) {
            return denied("the key does not permit this: it takes "
                    + action.scope().label() + (action.function() == null ? "" : ":" + action.function()));
        }
        if (!keys.tenants().containsKey(tenant)) {
            return Problem.of(ProblemType.NOT_FOUND, "no tenant is called " + tenant);
        }
        request.context().register(new Caller(key, tenant));
        return null;
    }

    private static Problem denied(String sentence) {
        return Problem.of(ProblemType.PERMISSION_DENIED, sentence);
    }

    private static boolean isPermitted(ApiKey key, AdminAction action) {
        String function = action.function();
        if (function != null) {
            return key.permits(action.scope(), function);
        }
        return action.scope() == Scope.READ ? key.permitsSome(Scope.READ) : key.permitsAll(action.scope());
    }

    /** One line of the log, written once. */
    private final class Entry {
        private final AdminAction action;
        private final @Nullable ApiKey key;
        private final String tenant;
        private final String address;
        private final RoutingResponse response;
        private boolean written;

        Entry(
                AdminAction action,
                @Nullable ApiKey key,
                @Nullable String tenant,
                String address,
                RoutingResponse response) {
            this.action = action;
            this.key = key;
            this.tenant = tenant != null && FunctionName.isValid(tenant)
                    ? tenant
                    : key == null ? "" : key.tenant().name();
            this.address = address;
            this.response = response;
            // Reading changes nothing.
            this.written = !action.changes();
        }

        void writeBeforeResponse() {
            response.beforeSend(() -> write(response.status().code()));
        }

        void write(int status) {
            if (written) {
                return;
            }
            written = true;
            try {
                audit.append(new AuditRecord(
                        Instant.now().truncatedTo(ChronoUnit.MILLIS),
                        key == null ? "" : key.id(),
                        key == null ? "" : key.label(),
                        tenant,
                        action.name(),
                        action.target(),
                        address,
                        outcome(status),
                        status));
            } catch (RuntimeException e) {
                // What was done is done; it is not lost, but in the host's log.
                LOG.log(System.Logger.Level.ERROR, "not in the audit log: " + action.name() + " " + action.target(), e);
            }
        }

        private static String outcome(int status) {
            return status == 0
                    ? "unanswered"
                    : status >= 200 && status < 300
                            ? "ok"
                            : status == 401 || status == 403 || status == 429 ? "denied" : "failed";
        }
    }
}

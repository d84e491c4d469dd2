package dev.mayfly.host.http;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.FunctionName;
import org.jspecify.annotations.Nullable;

/**
 * The path of a call: {@code /f/{name}[/{rest}]}, or {@code /t/{tenant}/f/{name}[/{rest}]}. It is taken as it was sent: a name has no character that
 * could be escaped, so that {@code %2F} and the like are no names.
 *
 * @param function its full name, with what selects a version of it
 * @param rest what the function sees as the path
 */
record CallPath(String function, String rest) {
    private static final int TENANT_START = FrontRouting.TENANT_CALLS.length();

    /** The path of calls of a function. */
    static String of(String fullName) {
        Tenant tenant = Tenant.ofFunction(fullName);
        String path = FrontRouting.CALLS + Tenant.shortName(fullName);
        return tenant.equals(Tenant.DEFAULT) ? path : FrontRouting.TENANT_CALLS + tenant + path;
    }

    /** Null when the path names no function. */
    static @Nullable CallPath parse(String path) {
        if (path.startsWith(FrontRouting.CALLS)) {
            return named(Tenant.DEFAULT, path, FrontRouting.CALLS.length());
        }
        int tenantEnd = path.indexOf('/', TENANT_START);
        if (tenantEnd < 0 || !path.startsWith(FrontRouting.CALLS, tenantEnd)) {
            return null;
        }
        String tenant = path.substring(TENANT_START, tenantEnd);
        return FunctionName.isValid(tenant)
                ? named(new Tenant(tenant), path, tenantEnd + FrontRouting.CALLS.length())
                : null;
    }

    private static CallPath named(Tenant tenant, String path, int nameStart) {
        int nameEnd = path.indexOf('/', nameStart);
        String name = nameEnd < 0 ? path.substring(nameStart) : path.substring(nameStart, nameEnd);
        return new CallPath(tenant.fullName(name), nameEnd < 0 ? "/" : path.substring(nameEnd));
    }
}

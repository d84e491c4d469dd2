package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.FunctionName;

/**
 * Who functions, keys and secrets belong to. Tenants don't see one another.
 *
 * <p>A function's <em>full name</em> is its name for the default tenant and {@code tenant/name} for the others, so that one map of names holds them
 * all.
 *
 * @param name of the form of a {@link FunctionName}
 */
public record Tenant(String name) {
    /** Whose functions are addressed without naming a tenant. It is always there. */
    public static final Tenant DEFAULT = new Tenant("default");

    private static final char SEPARATOR = '/';

    public Tenant {
        if (!FunctionName.isValid(name)) {
            throw new MayflyException.Invalid("tenant=" + name + " is not a tenant's name: 1 to "
                    + FunctionName.LENGTH_MAX + " characters out of a-z, 0-9 and -, and no - at either end");
        }
    }

    /** The tenant that a function's full name tells. */
    public static Tenant ofFunction(String fullName) {
        int end = fullName.indexOf(SEPARATOR);
        return end < 0 ? DEFAULT : new Tenant(fullName.substring(0, end));
    }

    /** What a function is called within its tenant. */
    public static String shortName(String fullName) {
        return fullName.substring(fullName.indexOf(SEPARATOR) + 1);
    }

    /** Of this tenant's function. */
    public String fullName(String shortName) {
        return equals(DEFAULT) ? shortName : name + SEPARATOR + shortName;
    }

    /** Whether a function of that full name is this tenant's. Allocates nothing. */
    public boolean owns(String fullName) {
        int end = fullName.indexOf(SEPARATOR);
        return end < 0 ? equals(DEFAULT) : end == name.length() && fullName.startsWith(name);
    }

    @Override
    public String toString() {
        return name;
    }
}

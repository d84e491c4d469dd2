package dev.mayfly.host.http;

import dev.mayfly.host.access.Scope;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request to the admin API does, by its method and path:
 *
 * <pre>
 *   path                              needs, to read        to change
 *   /v1/functions                     read of some          -
 *   /v1/functions/{name}[/…]          read of name          deploy of name
 *   /v1/keys[/…], /v1/secrets[/…]     admin of all          admin of all
 *   /v1/audit                         admin of all          -
 *   /v1/tenants[/…], /v1/secrets-key  admin, host-wide      admin, host-wide
 *   /observe/metrics                  read, host-wide       -
 *   anything else below /v1           read of some          admin of all
 * </pre>
 *
 * @param name for the audit log: {@code function.deploy}, {@code alias.set}, {@code key.rotate}
 * @param target what is behind {@code /v1/functions} or the like
 * @param function whose name the path has, or null when it has none
 * @param hostWide whether only the operator's keys may
 * @param changes whether it is one for the audit log
 */
record AdminAction(
        String name, String target, @Nullable String function, Scope scope, boolean hostWide, boolean changes) {
    private static final String PREFIX = "/v1/";

    private static final Map<String, String> SPECIAL = Map.of("function.set", "function.deploy");

    /** Whether a path belongs to the admin API. */
    static boolean isAdmin(String path) {
        return path.startsWith(PREFIX) || path.equals("/v1") || path.equals("/observe/metrics");
    }

    static AdminAction of(String method, String path) {
        boolean changes = !method.equals("GET") && !method.equals("HEAD");
        if (!path.startsWith(PREFIX)) {
            return new AdminAction("read", path, null, Scope.READ, path.startsWith("/observe"), changes);
        }
        String[] segments = path.substring(PREFIX.length()).split("/", 8);
        String collection = segments[0];
        String target = path.substring(Math.min(path.length(), PREFIX.length() + collection.length() + 1));
        String name = name(method, segments);
        return switch (collection) {
            case "functions" -> {
                String function = segments.length > 1 && !segments[1].isEmpty() ? segments[1] : null;
                yield new AdminAction(name, target, function, changes ? Scope.DEPLOY : Scope.READ, false, changes);
            }
            case "keys", "secrets", "audit" -> new AdminAction(name, target, null, Scope.ADMIN, false, changes);
            case "tenants", "secrets-key" -> new AdminAction(name, target, null, Scope.ADMIN, true, changes);
            default -> new AdminAction(name, target, null, changes ? Scope.ADMIN : Scope.READ, false, changes);
        };
    }

    /** Paths alternate collections and names; what a POST has behind a name is the verb. */
    private static String name(String method, String[] segments) {
        boolean named = segments.length % 2 == 0;
        boolean verb =
                method.equals("POST") && !named && segments.length > 1 && !segments[segments.length - 1].endsWith("s");
        int at = segments.length - (verb ? 3 : named ? 2 : 1);
        String noun = segments[Math.max(0, at)].replaceFirst("(?<=alias)es$|s$", "");
        String name = noun + "."
                + (verb
                        ? segments[segments.length - 1]
                        : switch (method) {
                            case "PUT" -> "set";
                            case "POST" -> "create";
                            case "DELETE" -> "remove";
                            case "GET", "HEAD" -> "read";
                            default -> method.toLowerCase(Locale.ROOT);
                        });
        return SPECIAL.getOrDefault(name, name);
    }
}

package dev.mayfly.host.http;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.Sticky;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Which version a call gets: {@code name} is what live points to, {@code name@staging} what that alias points to, {@code name:3} version 3. The header
 * {@code Mayfly-Version} with an alias or a number says the same where the function's settings allow it, or the caller's key; so does the query's
 * parameter {@code mayfly-version}, for links, where the settings allow it. Of several the first in this order counts. Functions see header and
 * parameter as they were sent: a request whose address is signed stays what it is.
 *
 * <p>One look-up of a name, and one draw when there is a canary. Used once.
 */
final class RouteChoice {
    private static final HeaderName VERSION = HeaderNames.create("Mayfly-Version");
    private static final String PARAMETER = "mayfly-version=";

    private final Routes routes;
    private final ServerRequestHeaders headers;
    private final String query;
    private final CallGate gate;

    /** In full. */
    private String name = "";

    /** Why there is no route, once there is none. */
    private @Nullable Problem problem;

    private boolean exact;

    private @Nullable RoutedFunction function;

    /** @param query as it was sent, without its question mark; empty = none */
    RouteChoice(Routes routes, ServerRequestHeaders headers, String query, CallGate gate) {
        this.routes = routes;
        this.headers = headers;
        this.query = query;
        this.gate = gate;
    }

    /**
     * Chooses; null = {@link #problem} says why there is nothing to choose.
     *
     * @param segment of the path that names the function, behind its tenant's name and a slash where there is one
     */
    @Nullable
    Route choose(String segment) {
        int end = endOfName(segment);
        name = end == segment.length() ? segment : segment.substring(0, end);
        RoutedFunction function = routes.function(name);
        if (function == null) {
            problem = unknown(name);
            return null;
        }
        this.function = function;
        if (end < segment.length()) {
            String selector = segment.substring(end + 1);
            return segment.charAt(end) == ':' ? version(function, selector) : alias(function, selector);
        }
        if (headers.contains(VERSION)) {
            return isSelectable(function) || gate.mayDeploy(headers, name)
                    ? selected(function, headers.get(VERSION).get())
                    : refused(
                            "the header Mayfly-Version is for keys that may deploy the function, and for functions that are deployed with selectable = true");
        }
        String parameter = query.isEmpty() ? null : parameter();
        if (parameter != null) {
            return isSelectable(function)
                    ? selected(function, parameter)
                    : refused(
                            "the parameter mayfly-version is for functions that are deployed with selectable = true; keys that may deploy the function choose by the header Mayfly-Version");
        }
        RoutedAlias live = function.live();
        return live == null ? none(function, "alias live") : through(live);
    }

    /** The function's full name, whether or not there is one. */
    String name() {
        return name;
    }

    /** Whether no other version than the chosen one will do. */
    boolean isExact() {
        return exact;
    }

    /** Whether nobody needs a key to learn of the {@link #problem}: the version that stands for the function is public. */
    boolean isProblemPublic() {
        Route main = function == null ? null : function.main();
        return main != null && main.version().settings().isPublic();
    }

    Problem problem() {
        Problem problem = this.problem;
        if (problem == null) {
            throw new IllegalStateException("there is a route");
        }
        return problem;
    }

    private static int endOfName(String segment) {
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == ':' || c == '@') {
                return i;
            }
        }
        return segment.length();
    }

    private static boolean isSelectable(RoutedFunction function) {
        Route main = function.main();
        return main != null && main.version().settings().selectable();
    }

    private @Nullable Route refused(String detail) {
        problem = Problem.of(ProblemType.VERSION_NOT_SELECTABLE, detail);
        return null;
    }

    /** The first of that name. No alias and no number has a character to be escaped: what is escaped is neither. */
    private @Nullable String parameter() {
        int start = query.indexOf(PARAMETER);
        while (start > 0 && query.charAt(start - 1) != '&') {
            start = query.indexOf(PARAMETER, start + 1);
        }
        if (start < 0) {
            return null;
        }
        int end = query.indexOf('&', start);
        return query.substring(start + PARAMETER.length(), end < 0 ? query.length() : end);
    }

    private @Nullable Route selected(RoutedFunction function, String selector) {
        return isNumber(selector) ? version(function, selector) : alias(function, selector);
    }

    private @Nullable Route version(RoutedFunction function, String number) {
        exact = true;
        Route route = isNumber(number) ? function.versions().get(Integer.parseInt(number)) : null;
        return route == null ? none(function, "version " + number) : route;
    }

    /** Nine digits always fit an int; no function has more versions. */
    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 9;
    }

    private @Nullable Route alias(RoutedFunction function, String name) {
        RoutedAlias alias = function.aliases().get(name);
        return alias == null ? none(function, "alias " + name) : through(alias);
    }

    private Route through(RoutedAlias alias) {
        Sticky sticky = alias.isSingle() ? null : alias.alias().sticky();
        String value = sticky == null ? null : value(sticky);
        return value == null ? alias.draw() : alias.of(value);
    }

    private @Nullable String value(Sticky sticky) {
        if (sticky.kind() == Sticky.Kind.COOKIE) {
            return headers.cookies().first(sticky.name()).orElse(null);
        }
        HeaderName name = HeaderNames.create(sticky.name());
        return headers.contains(name) ? headers.get(name).get() : null;
    }

    private @Nullable Route none(RoutedFunction function, String what) {
        problem =
                Problem.of(ProblemType.NOT_FOUND, "function " + Tenant.shortName(function.name()) + " has no " + what);
        return null;
    }

    static Problem unknown(String name) {
        return FunctionName.isValidInFull(name)
                ? Problem.of(ProblemType.NOT_FOUND, "no function is called " + Tenant.shortName(name))
                : Problem.of(ProblemType.INVALID_NAME, "the path's second segment is no function's name");
    }
}

package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import java.util.Map;

/** What a function of {@code momento:*} asks about itself and its caller: {@code engine/native/src/front/momento} has the parameters. */
public final class FunctionOperations {
    /** What the function's configuration calls its cache, and its environment too. */
    static final String CACHE_NAME = "__CACHE_NAME";

    private static final String DEFAULT_CACHE = "cache";

    /** What stands between a tenant and its function in a full name. */
    private static final char TENANT_END = '/';

    private FunctionOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.FUNCTION_NAMES, (call, in, out) -> {
            String name = call.function().name();
            out.text(name.substring(name.indexOf(TENANT_END) + 1)).text(cache(call.function()));
        });
        table.with(Operation.CALLER_TOKEN, (call, in, out) -> {
            String token = call.callerToken();
            out.bool(token != null);
            if (token != null) {
                out.text(token);
            }
        });
        table.with(Operation.FUNCTION_GRANTED, (call, in, out) -> {
            String name = in.text();
            Grant grant = call.function().grants().get(name);
            if (grant == null) {
                throw HostError.of(
                        HostError.Kind.PERMISSION_DENIED,
                        "function " + call.function().name() + " has no binding " + name);
            }
            grant.binding();
        });
    }

    /** The binding that a function without a name for its cache uses: the configured one, the only one there is, or that of the usual name. */
    private static String cache(FunctionContext function) {
        String configured = function.config().get(CACHE_NAME);
        if (configured != null) {
            return configured;
        }
        var caches = function.grants().entrySet().stream()
                .filter(entry -> isKeyValue(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return caches.size() == 1 ? caches.getFirst() : DEFAULT_CACHE;
    }

    private static boolean isKeyValue(Grant grant) {
        return grant.isConfigured() && grant.binding().kind() == BindingKind.KV;
    }
}

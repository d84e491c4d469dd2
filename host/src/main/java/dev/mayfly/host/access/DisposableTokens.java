package dev.mayfly.host.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.FunctionContext;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationHandler;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keys that functions make for a while, for {@code momento:token}. A key permits calls of functions that its maker may call itself, and nothing else: a
 * function can't give what it doesn't have.
 *
 * <p>Threads: any.
 */
public final class DisposableTokens implements OperationHandler {
    /** As of tokens that people make. */
    public static final Duration VALID_MAX = Duration.ofHours(24);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FUNCTION = "function_permissions";

    private final KeyStore keys;
    private final AtomicReference<@Nullable URI> endpoint = new AtomicReference<>();

    /** Nobody can use them before {@link #serveAt}. */
    public DisposableTokens(KeyStore keys) {
        this.keys = keys;
    }

    /** Says where they are of use. */
    public void serveAt(URI uri) {
        endpoint.set(uri);
    }

    @Override
    public void perform(OperationCall call, ArgumentReader in, AnswerWriter out) {
        Duration valid = Duration.ofSeconds(in.u32());
        List<Permission> permissions = permissions(in.text(), call.function());
        String id = in.bool() ? in.text() : null;
        URI uri = endpoint.get();
        if (uri == null) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "this host serves nobody who could use a token");
        }
        if (valid.isZero()) {
            throw HostError.of(HostError.Kind.INVALID, "a token is valid for a second or longer");
        }
        if (valid.compareTo(VALID_MAX) > 0) {
            throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "token-ttl-max=" + VALID_MAX.toSeconds() + "s");
        }
        String name = Tenant.shortName(call.function().name());
        String label = id == null ? ApiKey.TOKEN_LABEL + name : ApiKey.TOKEN_ID_LABEL + id;
        IssuedKey issued = issue(Tenant.ofFunction(call.function().name()), label, permissions, valid);
        out.text(issued.text())
                .text(uri.toString())
                .i64(Instant.ofEpochMilli(issued.key().endsAtMs()).getEpochSecond());
    }

    private IssuedKey issue(Tenant tenant, String label, List<Permission> permissions, Duration valid) {
        try {
            return keys.createToken(tenant, label, permissions, valid);
        } catch (MayflyException.Invalid e) {
            throw HostError.of(HostError.Kind.INVALID, e.safeMessage(), e);
        }
    }

    /** Of the form that the published crate {@code momento-functions-token} writes. */
    private static List<Permission> permissions(String text, FunctionContext maker) {
        List<Permission> permissions = new ArrayList<>();
        for (JsonNode permission : read(text).path("explicit").path("permissions")) {
            JsonNode function = permission.path(FUNCTION);
            if (!function.isObject()) {
                throw HostError.of(
                        HostError.Kind.PERMISSION_DENIED,
                        "a token permits calls of functions; caches and topics are reached through functions alone");
            }
            if (!function.path("role").asText().equals("FunctionInvoke")) {
                continue;
            }
            String name =
                    function.path("function_selector").path("function_name").asText();
            requireGranted(name, maker);
            permissions.add(new Permission(Scope.INVOKE, new NamePattern(name)));
        }
        if (permissions.isEmpty()) {
            throw HostError.of(HostError.Kind.INVALID, "a token permits at least the call of one function");
        }
        return permissions;
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw HostError.of(HostError.Kind.INVALID, "the permissions are no JSON", e);
        }
    }

    private static void requireGranted(String name, FunctionContext maker) {
        if (name.isEmpty()) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    "a token is for functions by their names, not for all or a prefix");
        }
        boolean own = name.equals(Tenant.shortName(maker.name()));
        boolean granted = maker.grants().values().stream()
                .anyMatch(grant -> grant.isConfigured()
                        && grant.binding().kind() == BindingKind.FUNCTION
                        && Tenant.shortName(grant.binding().name()).equals("function:" + name));
        if (!own && !granted) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    "function " + maker.name() + " may not call " + name + " itself: grant it function:" + name);
        }
    }
}

package dev.mayfly.host.http;

import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.Scope;
import dev.mayfly.host.access.Tenant;
import io.helidon.http.ServerRequestHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may call a function.
 *
 * <ul>
 *   <li>Everybody may call a public one; no key is looked at.
 *   <li>401: no key, or none that is valid. Also where there is no such function, so that nobody learns names without a key.
 *   <li>404: the function is another tenant's, whether or not it is there.
 *   <li>403: the key doesn't permit calls of that name, whether or not there is such a function.
 * </ul>
 *
 * <p>Threads: any.
 */
final class CallGate {
    private final KeyCheck keys;
    private final boolean allPublic;

    /** @param allPublic whether no call needs a key */
    CallGate(KeyCheck keys, boolean allPublic) {
        this.keys = keys;
        this.allPublic = allPublic;
    }

    /**
     * Why the call is refused, or null when it may go on.
     *
     * @param fullName the function's; there may be none
     * @param isPublic whether there is one that everybody may call
     */
    @Nullable
    Problem refusal(ClientConnection connection, ServerRequestHeaders headers, String fullName, boolean isPublic) {
        if (isPublic || allPublic) {
            return null;
        }
        ApiKey key = keys.find(headers);
        if (key == null) {
            return keys.refusal(connection, headers);
        }
        if (!key.reaches(fullName)) {
            return Problem.of(ProblemType.NOT_FOUND, "no function is called " + Tenant.shortName(fullName));
        }
        String name = Tenant.shortName(fullName);
        return key.permits(Scope.INVOKE, name)
                ? null
                : Problem.of(ProblemType.PERMISSION_DENIED, "the key does not permit calls of " + name);
    }

    /** What the caller's key carries for functions; null when it has no key, or carries nothing. */
    @Nullable
    String tokenId(ServerRequestHeaders headers) {
        ApiKey key = keys.find(headers);
        return key == null ? null : key.tokenId();
    }

    /** Whether the caller may know what its call took: everybody where all is public, else by a key that may read. */
    boolean mayRead(ServerRequestHeaders headers, String fullName) {
        if (allPublic) {
            return true;
        }
        ApiKey key = keys.find(headers);
        return key != null && key.reaches(fullName) && key.permits(Scope.READ, Tenant.shortName(fullName));
    }

    /** Whether the caller's key lets it deploy the function: then it may choose the version that it calls, too. */
    boolean mayDeploy(ServerRequestHeaders headers, String fullName) {
        ApiKey key = keys.find(headers);
        return key != null && key.reaches(fullName) && key.permits(Scope.DEPLOY, Tenant.shortName(fullName));
    }
}

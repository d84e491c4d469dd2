package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the name of an upstream for each new connection and hands out only addresses that {@link AddressRules} allow. The connection is made to
 * what was checked, never to a second answer for the name (DNS rebinding), while TLS and the host header keep the name. Connections that are opened at
 * the same time share a lookup.
 */
final class CheckedNames implements DnsResolver {
    /** The deadline of the operation that resolves; a name server that doesn't answer would hold its thread for longer. */
    static final ScopedValue<Deadline> DEADLINE = ScopedValue.newInstance();

    /** Where names come from: the system, or a test. */
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final Lookup lookup;
    private final AddressRules rules;
    private final Duration timeout;
    private final ConcurrentMap<String, FutureTask<InetAddress[]>> underWay = new ConcurrentHashMap<>();

    CheckedNames(Lookup lookup, AddressRules rules, Duration timeout) {
        this.lookup = lookup;
        this.rules = rules;
        this.timeout = timeout;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] allowed =
                Arrays.stream(lookUp(host)).filter(rules::allows).toArray(InetAddress[]::new);
        if (allowed.length == 0) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED, "the upstream's name leads to an address that isn't granted");
        }
        return allowed;
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        InetAddress literal = literal(host);
        return literal == null ? await(lookupOf(host)) : new InetAddress[] {literal};
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The one under way, or a new one. A lookup may hang for longer than its thread's callers wait for it. */
    private Future<InetAddress[]> lookupOf(String host) {
        FutureTask<InetAddress[]> begun = new FutureTask<>(() -> {
            try {
                return lookup.addresses(host);
            } finally {
                // Before it is answered: no later connection gets an answer of before.
                underWay.remove(host);
            }
        });
        FutureTask<InetAddress[]> other = underWay.putIfAbsent(host, begun);
        if (other != null) {
            return other;
        }
        Thread.ofVirtual().name("mayfly-name-lookup").start(begun);
        return begun;
    }

    private InetAddress[] await(Future<InetAddress[]> task) throws UnknownHostException {
        Duration wait = timeLeft();
        try {
            return task.get(Math.min(wait.toNanos(), timeout.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new UnknownHostException("not resolved in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnknownHostException unknown
                    ? unknown
                    : new UnknownHostException("not resolved");
        }
    }

    private Duration timeLeft() throws UnknownHostException {
        try {
            return DEADLINE.isBound() ? DEADLINE.get().left() : timeout;
        } catch (HostError e) {
            throw because(e);
        }
    }

    /** The client knows what to clean up after an unknown host. */
    private static UnknownHostException because(HostError error) {
        UnknownHostException unknown = new UnknownHostException("refused");
        unknown.initCause(error);
        return unknown;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}

package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one connection to a Redis server, shared by all: commands go out as they come and answers come back in order.
 *
 * <p>It connects when it is first needed and again when it is needed after it broke: a server that is down is no reason for a host not to start.
 * Lettuce's own reconnecting is off, as it sends again what was on its way when the connection broke, and an increment would count twice.
 *
 * <p>Threads: any.
 */
final class RedisLink implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

    /** After a failed attempt to connect there is none for so long: whoever comes is told at once. */
    private static final long RETRY_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A connection that answers nothing for so long is given up: a peer that vanished says nothing, and TCP would wait for 15 minutes. */
    private static final long SILENCE_MAX_NS = TimeUnit.SECONDS.toNanos(5);

    /** Commands on their way at most; who comes then is refused. */
    static final int PENDING_MAX = 16_384;

    private record Attempt(CompletableFuture<StatefulRedisConnection<String, byte[]>> connection, long atNs) {
        /** Whether it is still worth waiting for, or its outcome still holds. */
        boolean holds() {
            return switch (connection.state()) {
                case RUNNING -> true;
                case SUCCESS -> connection.resultNow().isOpen();
                case FAILED, CANCELLED -> System.nanoTime() - atNs < RETRY_AFTER_NS;
            };
        }
    }

    private final ClientResources resources;
    private final RedisClient client;
    private final RedisURI uri;
    private final ReentrantLock connecting = new ReentrantLock();

    /** The last attempt to connect. Written under {@link #connecting}. */
    private volatile @Nullable Attempt attempt;

    /** When the first of the commands was sent that had no answer in time, none having had one since; 0: there is none. */
    private volatile long silentSinceNs;

    RedisLink(RedisConfig config) {
        // One connection is served by one thread of each kind; two are Lettuce's least.
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(options(config.trustedCertificates()));
        this.uri = uri(config);
    }

    private static ClientOptions options(@Nullable Path trustedCertificates) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .requestQueueSize(PENDING_MAX)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_MAX)
                        .keepAlive(true)
                        .build());
        if (trustedCertificates != null) {
            options.sslOptions(SslOptions.builder()
                    .trustManager(trustedCertificates.toFile())
                    .build());
        }
        return options.build();
    }

    private static RedisURI uri(RedisConfig config) {
        RedisURI.Builder uri = RedisURI.Builder.redis(config.host(), config.port())
                .withTimeout(CONNECT_MAX)
                .withSsl(config.tls())
                .withVerifyPeer(SslVerifyMode.FULL);
        String password = config.password();
        if (password != null) {
            if (config.username() == null) {
                uri.withPassword(password.toCharArray());
            } else {
                uri.withAuthentication(config.username(), password.toCharArray());
            }
        }
        return uri.build();
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @throws RedisCommandExecutionException when the server refuses the command
     * @throws HostError {@code TIMEOUT} past the deadline, {@code UNAVAILABLE} when there is no connection or it breaks
     */
    <T extends @Nullable Object> T call(
            Function<RedisAsyncCommands<String, byte[]>, RedisFuture<T>> command, Deadline deadline) {
        try {
            StatefulRedisConnection<String, byte[]> connection = connection(deadline);
            long sentNs = System.nanoTime();
            RedisFuture<T> answer = command.apply(connection.async());
            try {
                T value = await(answer, deadline);
                if (silentSinceNs != 0) {
                    silentSinceNs = 0;
                }
                return value;
            } catch (TimeoutException e) {
                answer.cancel(true);
                giveUpIfSilent(connection, sentNs);
                throw HostError.of(HostError.Kind.TIMEOUT, "the store took longer than the operation may", e);
            }
        } catch (RedisCommandExecutionException e) {
            throw e;
        } catch (RedisException | CancellationException e) {
            throw unreachable(e);
        }
    }

    private StatefulRedisConnection<String, byte[]> connection(Deadline deadline) {
        Attempt last = attempt;
        if (last == null || !last.holds()) {
            last = newAttempt();
        }
        try {
            return await(last.connection, deadline);
        } catch (TimeoutException e) {
            throw unreachable(e);
        }
    }

    private Attempt newAttempt() {
        connecting.lock();
        try {
            Attempt last = attempt;
            if (last == null || !last.holds()) {
                last = new Attempt(
                        client.connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
                                .toCompletableFuture(),
                        System.nanoTime());
                attempt = last;
                silentSinceNs = 0;
            }
            return last;
        } finally {
            connecting.unlock();
        }
    }

    private static <T extends @Nullable Object> T await(Future<T> future, Deadline deadline) throws TimeoutException {
        try {
            return future.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException refused ? refused : unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "interrupted", e);
        }
    }

    private void giveUpIfSilent(StatefulRedisConnection<String, byte[]> connection, long sentNs) {
        long since = silentSinceNs;
        if (since == 0) {
            silentSinceNs = sentNs;
        } else if (System.nanoTime() - since > SILENCE_MAX_NS) {
            connection.close();
        }
    }

    private static HostError unreachable(Throwable cause) {
        return HostError.of(HostError.Kind.UNAVAILABLE, "the store can't be reached", cause);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // its threads hold nothing any more, and end in their own time
    public void close() {
        client.shutdown(Duration.ZERO, CONNECT_MAX);
        resources.shutdown(0, CONNECT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }
}

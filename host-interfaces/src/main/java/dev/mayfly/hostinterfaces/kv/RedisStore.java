package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values on a Redis or Valkey server, each key as {@code namespace:key}. How much it holds and how safely is the server's to say.
 *
 * <p>While the server is down every operation fails with {@code UNAVAILABLE}; when it is back they succeed again. An operation that was on its way
 * when the connection broke may have been done; it is never sent twice.
 */
public final class RedisStore implements KeyValueStore {
    private static final Pattern GLOB = Pattern.compile("[*?\\[\\]\\\\]");
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,20}");

    private final RedisLink link;
    private final KeyValueLimits limits;
    private final ServerAddress address;
    private final String namespace;
    private final boolean commands;

    private RedisStore(RedisConfig config, KeyValueLimits limits) {
        this.link = new RedisLink(config);
        this.limits = limits;
        this.address = ServerAddress.of(config);
        this.namespace = config.namespace() + ":";
        this.commands = config.commands();
    }

    /** A store on that server, which needn't be up. */
    public static KeyValueStore open(RedisConfig config, KeyValueLimits limits) {
        return new CheckedStore(new RedisStore(config, limits), limits);
    }

    private <T extends @Nullable Object> T call(
            Function<RedisAsyncCommands<String, byte[]>, RedisFuture<T>> command, Deadline deadline) {
        try {
            return link.call(command, deadline);
        } catch (RedisCommandExecutionException e) {
            throw refused(e);
        }
    }

    private <T extends @Nullable Object> T run(
            RedisScript<T> script, List<String> keys, List<byte[]> arguments, Deadline deadline) {
        String[] named = keys.stream().map(this::named).toArray(String[]::new);
        byte[][] values = arguments.toArray(byte[][]::new);
        try {
            return link.call(redis -> script.sendDigest(redis, named, values), deadline);
        } catch (RedisNoScriptException e) {
            // The first time on a server, or since it was started.
            return call(redis -> script.sendText(redis, named, values), deadline);
        } catch (RedisCommandExecutionException e) {
            throw refused(e);
        }
    }

    /** The server's errors have a word at their start, but within scripts of older servers it stands further on. */
    private HostError refused(RedisCommandExecutionException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("WRONGTYPE")) {
            return HostError.of(HostError.Kind.CONFLICT, "the key holds another kind", e);
        }
        if (message.contains("not an integer")) {
            return Counter.notANumber(e);
        }
        if (message.contains("would overflow")) {
            return Counter.overflow();
        }
        if (message.contains(RedisScript.TOO_MUCH)) {
            return KeyValueLimits.exceeded("batch-bytes", limits.batchBytesMax());
        }
        // Starting up, out of memory, a replica, a user without rights: nothing that the function could mend.
        return HostError.of(HostError.Kind.UNAVAILABLE, "the store refuses", e);
    }

    private String named(String key) {
        return namespace + key;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] ascii(@Nullable Duration timeToLive) {
        return ascii(timeToLive == null ? "" : Long.toString(TimeToLive.ms(timeToLive)));
    }

    @Override
    public byte @Nullable [] get(String key, Deadline deadline) {
        return this.<byte @Nullable []>call(redis -> redis.get(named(key)), deadline);
    }

    @Override
    public List<byte @Nullable []> getMany(List<String> keys, Deadline deadline) {
        List<byte[]> arguments = List.of(ascii(Integer.toString(limits.batchBytesMax())));
        return run(RedisScript.GET_MANY, keys, arguments, deadline);
    }

    @Override
    public void set(String key, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        setMany(Map.of(key, value), timeToLive, deadline);
    }

    @Override
    public void setMany(Map<String, byte[]> entries, @Nullable Duration timeToLive, Deadline deadline) {
        List<String> keys = new ArrayList<>(entries.size());
        List<byte[]> arguments = new ArrayList<>(entries.size() + 1);
        arguments.add(ascii(timeToLive));
        entries.forEach((key, value) -> {
            keys.add(key);
            arguments.add(value);
        });
        run(RedisScript.SET, keys, arguments, deadline);
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        return deleteMany(List.of(key), deadline) > 0;
    }

    @Override
    public int deleteMany(List<String> keys, Deadline deadline) {
        String[] named = keys.stream().map(this::named).toArray(String[]::new);
        return Math.toIntExact(call(redis -> redis.del(named), deadline));
    }

    @Override
    public boolean exists(String key, Deadline deadline) {
        return call(redis -> redis.exists(named(key)), deadline) > 0;
    }

    @Override
    public boolean compareAndSet(
            String key, byte @Nullable [] expected, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        List<byte[]> arguments =
                expected == null ? List.of(ascii(timeToLive), value) : List.of(ascii(timeToLive), value, expected);
        return run(RedisScript.COMPARE_AND_SET, List.of(key), arguments, deadline) == 1;
    }

    @Override
    public long increment(String key, long delta, @Nullable Duration timeToLive, Deadline deadline) {
        if (timeToLive == null) {
            return call(redis -> redis.incrby(named(key), delta), deadline);
        }
        byte[] sum = run(
                RedisScript.INCREMENT, List.of(key), List.of(ascii(timeToLive), ascii(Long.toString(delta))), deadline);
        return Long.parseLong(new String(sum, StandardCharsets.US_ASCII));
    }

    @Override
    public long listPush(String key, End end, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        List<byte[]> arguments = new ArrayList<>(values.size() + 3);
        arguments.add(ascii(timeToLive));
        arguments.add(ascii(end == End.FRONT ? "LPUSH" : "RPUSH"));
        arguments.add(ascii(Integer.toString(limits.listValuesMax())));
        arguments.addAll(values);
        long length = run(RedisScript.LIST_PUSH, List.of(key), arguments, deadline);
        if (length < 0) {
            throw KeyValueLimits.exceeded("list-values", limits.listValuesMax());
        }
        return length;
    }

    @Override
    public byte @Nullable [] listPop(String key, End end, Deadline deadline) {
        return this.<byte @Nullable []>call(
                redis -> end == End.FRONT ? redis.lpop(named(key)) : redis.rpop(named(key)), deadline);
    }

    @Override
    public List<byte[]> listRange(String key, long from, long to, Deadline deadline) {
        List<byte[]> arguments = List.of(
                ascii(Integer.toString(limits.batchBytesMax())), ascii(Long.toString(from)), ascii(Long.toString(to)));
        return run(RedisScript.LIST_RANGE, List.of(key), arguments, deadline);
    }

    @Override
    public long listLength(String key, Deadline deadline) {
        return call(redis -> redis.llen(named(key)), deadline);
    }

    @Override
    public boolean listReplace(
            String key, List<byte[]> expected, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        List<byte[]> arguments = new ArrayList<>(expected.size() + values.size() + 2);
        arguments.add(ascii(timeToLive));
        arguments.add(ascii(Integer.toString(expected.size())));
        arguments.addAll(expected);
        arguments.addAll(values);
        return run(RedisScript.LIST_REPLACE, List.of(key), arguments, deadline) == 1;
    }

    /** {@inheritDoc} A page is what SCAN comes upon: none of it may be in this namespace. */
    @Override
    public Page keys(String prefix, @Nullable String cursor, int count, Deadline deadline) {
        if (cursor != null && !CURSOR.matcher(cursor).matches()) {
            throw HostError.of(HostError.Kind.INVALID, "the cursor is none of this store's");
        }
        String pattern = GLOB.matcher(named(prefix)).replaceAll("\\\\$0") + "*";
        ScanArgs arguments =
                new ScanArgs().match(pattern.getBytes(StandardCharsets.UTF_8)).limit(count);
        KeyScanCursor<String> page =
                call(redis -> redis.scan(ScanCursor.of(cursor == null ? "0" : cursor), arguments), deadline);
        List<String> keys = page.getKeys().stream()
                .map(key -> key.substring(namespace.length()))
                .toList();
        return new Page(keys, page.isFinished() ? null : page.getCursor());
    }

    @Override
    public RedisReply command(String name, List<byte[]> arguments, Deadline deadline) {
        if (!commands) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    "the binding takes no commands: its setting commands is not true");
        }
        RedisCommand.check(name, arguments);
        try {
            return link.call(redis -> RedisCommand.send(redis, name, arguments), deadline);
        } catch (RedisCommandExecutionException e) {
            return new RedisReply.Failure(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean takesCommandsFor(ServerAddress address) {
        return commands && this.address.equals(address);
    }

    @Override
    public void close() {
        link.close();
    }
}

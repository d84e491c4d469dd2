package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every store and checks what it is given: limits, times to live, deadlines that have passed. The stores behind it see sound
 * arguments only, and all refuse the others alike.
 */
final class CheckedStore implements KeyValueStore {
    private final KeyValueStore store;
    private final KeyValueLimits limits;

    CheckedStore(KeyValueStore store, KeyValueLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    @Override
    public byte @Nullable [] get(String key, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.get(key, deadline);
    }

    @Override
    public List<byte @Nullable []> getMany(List<String> keys, Deadline deadline) {
        checkKeys(keys);
        checkTime(deadline);
        return keys.isEmpty() ? List.of() : store.getMany(keys, deadline);
    }

    @Override
    public void set(String key, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        limits.checkKey(key);
        limits.checkValue(value);
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        store.set(key, value, timeToLive, deadline);
    }

    @Override
    public void setMany(Map<String, byte[]> entries, @Nullable Duration timeToLive, Deadline deadline) {
        checkKeys(entries.keySet());
        checkValues(entries.values());
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        if (!entries.isEmpty()) {
            store.setMany(entries, timeToLive, deadline);
        }
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.delete(key, deadline);
    }

    @Override
    public int deleteMany(List<String> keys, Deadline deadline) {
        checkKeys(keys);
        checkTime(deadline);
        return keys.isEmpty() ? 0 : store.deleteMany(keys, deadline);
    }

    @Override
    public boolean exists(String key, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.exists(key, deadline);
    }

    @Override
    public boolean compareAndSet(
            String key, byte @Nullable [] expected, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        limits.checkKey(key);
        if (expected != null) {
            limits.checkValue(expected);
        }
        limits.checkValue(value);
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        return store.compareAndSet(key, expected, value, timeToLive, deadline);
    }

    @Override
    public long increment(String key, long delta, @Nullable Duration timeToLive, Deadline deadline) {
        limits.checkKey(key);
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        return store.increment(key, delta, timeToLive, deadline);
    }

    @Override
    public long listPush(String key, End end, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        limits.checkKey(key);
        limits.checkBatchCount(values.size());
        checkValues(values);
        limits.checkListValues(values.size());
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        return values.isEmpty()
                ? store.listLength(key, deadline)
                : store.listPush(key, end, values, timeToLive, deadline);
    }

    @Override
    public byte @Nullable [] listPop(String key, End end, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.listPop(key, end, deadline);
    }

    @Override
    public List<byte[]> listRange(String key, long from, long to, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.listRange(key, from, to, deadline);
    }

    @Override
    public long listLength(String key, Deadline deadline) {
        limits.checkKey(key);
        checkTime(deadline);
        return store.listLength(key, deadline);
    }

    @Override
    public boolean listReplace(
            String key, List<byte[]> expected, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        limits.checkKey(key);
        checkValues(expected);
        checkValues(values);
        limits.checkListValues(values.size());
        TimeToLive.check(timeToLive);
        checkTime(deadline);
        return store.listReplace(key, expected, values, timeToLive, deadline);
    }

    @Override
    public Page keys(String prefix, @Nullable String cursor, int count, Deadline deadline) {
        limits.checkKey(prefix);
        if (cursor != null) {
            limits.checkKey(cursor);
        }
        if (count < 1) {
            throw HostError.of(HostError.Kind.INVALID, "a page needs a count of at least 1");
        }
        limits.checkBatchCount(count);
        checkTime(deadline);
        return store.keys(prefix, cursor, count, deadline);
    }

    @Override
    public RedisReply command(String name, List<byte[]> arguments, Deadline deadline) {
        limits.checkBatchCount(arguments.size());
        checkTime(deadline);
        return store.command(name, arguments, deadline);
    }

    @Override
    public boolean takesCommandsFor(ServerAddress address) {
        return store.takesCommandsFor(address);
    }

    @Override
    public void close() {
        store.close();
    }

    private void checkKeys(Collection<String> keys) {
        limits.checkBatchCount(keys.size());
        keys.forEach(limits::checkKey);
    }

    private void checkValues(Collection<byte[]> values) {
        long bytes = 0;
        for (byte[] value : values) {
            limits.checkValue(value);
            bytes += value.length;
        }
        limits.checkBatchBytes(bytes);
    }

    private static void checkTime(Deadline deadline) {
        deadline.left();
    }
}

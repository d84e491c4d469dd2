package dev.mayfly.hostinterfaces.kv;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values in the host's memory: a cache. When it is full, what is of least use goes, whether its time has come or not; with the host
 * everything goes.
 *
 * <p>Threads: reading takes no lock; a change locks its key, and keys that happen to share its place in the table, for as long as it takes to make
 * the new entry out of the old one. Entries never change: a list is copied by each push and pop, 10 µs at its greatest length.
 */
public final class MemoryStore implements KeyValueStore {
    /** What Caffeine, the index and an entry's own objects take: 250 bytes measured for a key and a value of 16 bytes. */
    private static final int ENTRY_BYTES = 256;

    /** What a value takes in a list: a reference and an array's header. */
    private static final int LIST_VALUE_BYTES = 24;

    private static final long NEVER = Long.MAX_VALUE;

    /** What a key holds: one value, or those of a list. */
    private sealed interface Entry {
        /** On {@link System#nanoTime}'s clock, which is Caffeine's too; or {@link #NEVER}. */
        long expiresAtNs();

        long bytes();
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Value(byte[] value, long expiresAtNs) implements Entry {
        @Override
        public long bytes() {
            return value.length;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Values(byte[][] values, long bytes, long expiresAtNs) implements Entry {}

    private final KeyValueLimits limits;
    private final long bytesMax;
    private final Cache<String, Entry> cache;

    /** The cache's keys in order. Changed only where the cache holds the key's lock: in {@link #change} and by its eviction listener. */
    private final ConcurrentSkipListSet<String> index = new ConcurrentSkipListSet<>();

    private MemoryStore(MemoryConfig config, KeyValueLimits limits) {
        this.limits = limits;
        this.bytesMax = Math.min(config.bytesMax(), Integer.MAX_VALUE);
        this.cache = Caffeine.newBuilder()
                .maximumWeight(config.bytesMax())
                .weigher((String key, Entry entry) -> (int) weight(key, entry))
                .expireAfter(Expiry.<String, Entry>writing((key, entry) -> left(entry)))
                .evictionListener((key, entry, cause) -> index.remove(key))
                // Evicts on the thread that writes: what is written can't outrun what is evicted.
                .executor(Runnable::run)
                .build();
    }

    /** An empty store. */
    public static KeyValueStore open(MemoryConfig config, KeyValueLimits limits) {
        return new CheckedStore(new MemoryStore(config, limits), limits);
    }

    private static long weight(String key, Entry entry) {
        long valueCount = entry instanceof Values list ? list.values.length : 0;
        return ENTRY_BYTES + 2L * key.length() + entry.bytes() + LIST_VALUE_BYTES * valueCount;
    }

    private static Duration left(Entry entry) {
        return Duration.ofNanos(entry.expiresAtNs() == NEVER ? NEVER : entry.expiresAtNs() - System.nanoTime());
    }

    private static long expiresAtNs(@Nullable Duration timeToLive) {
        return timeToLive == null ? NEVER : System.nanoTime() + timeToLive.toNanos();
    }

    /** Makes a key's entry out of the one before, null being none, atomically. An error thrown by {@code change} changes nothing. */
    private void change(String key, UnaryOperator<@Nullable Entry> change) {
        cache.asMap().compute(key, (k, before) -> {
            Entry after = change.apply(before);
            if (after == null) {
                index.remove(k);
            } else {
                if (weight(k, after) > bytesMax) {
                    // Caffeine would take it and evict it at once.
                    throw KeyValueLimits.exceeded("store-bytes", bytesMax);
                }
                if (before == null) {
                    index.add(k);
                }
            }
            return after;
        });
    }

    private static byte @Nullable [] value(@Nullable Entry entry) {
        return switch (entry) {
            case null -> null;
            case Value value -> value.value;
            case Values list -> throw HostError.of(HostError.Kind.CONFLICT, "the key holds a list");
        };
    }

    private static @Nullable Values list(@Nullable Entry entry) {
        return switch (entry) {
            case null -> null;
            case Value value -> throw HostError.of(HostError.Kind.CONFLICT, "the key holds a value");
            case Values list -> list;
        };
    }

    @Override
    public byte @Nullable [] get(String key, Deadline deadline) {
        return value(cache.getIfPresent(key));
    }

    @Override
    public List<byte @Nullable []> getMany(List<String> keys, Deadline deadline) {
        List<byte @Nullable []> values = new ArrayList<>(keys.size());
        long bytes = 0;
        for (String key : keys) {
            byte[] value = get(key, deadline);
            bytes += value == null ? 0 : value.length;
            limits.checkBatchBytes(bytes);
            values.add(value);
        }
        return values;
    }

    @Override
    public void set(String key, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        Value after = new Value(value, expiresAtNs(timeToLive));
        change(key, before -> {
            value(before);
            return after;
        });
    }

    @Override
    public void setMany(Map<String, byte[]> entries, @Nullable Duration timeToLive, Deadline deadline) {
        entries.forEach((key, value) -> set(key, value, timeToLive, deadline));
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        boolean[] deleted = new boolean[1];
        change(key, before -> {
            deleted[0] = before != null;
            return null;
        });
        return deleted[0];
    }

    @Override
    public int deleteMany(List<String> keys, Deadline deadline) {
        int deleted = 0;
        for (String key : keys) {
            deleted += delete(key, deadline) ? 1 : 0;
        }
        return deleted;
    }

    @Override
    public boolean exists(String key, Deadline deadline) {
        return cache.asMap().containsKey(key);
    }

    @Override
    public boolean compareAndSet(
            String key, byte @Nullable [] expected, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        Value after = new Value(value, expiresAtNs(timeToLive));
        boolean[] set = new boolean[1];
        change(key, before -> {
            set[0] = Arrays.equals(value(before), expected);
            return set[0] ? after : before;
        });
        return set[0];
    }

    @Override
    public long increment(String key, long delta, @Nullable Duration timeToLive, Deadline deadline) {
        long[] sum = new long[1];
        change(key, before -> {
            sum[0] = Counter.sum(value(before), delta);
            return new Value(Counter.text(sum[0]), before == null ? expiresAtNs(timeToLive) : before.expiresAtNs());
        });
        return sum[0];
    }

    @Override
    public long listPush(String key, End end, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        long addedBytes = values.stream().mapToLong(value -> value.length).sum();
        int[] length = new int[1];
        change(key, entry -> {
            Values before = list(entry);
            byte[][] old = before == null ? new byte[0][] : before.values;
            byte[][] all = new byte[old.length + values.size()][];
            limits.checkListValues(all.length);
            // One after the other: at the front the last one pushed comes to stand first.
            System.arraycopy(old, 0, all, end == End.FRONT ? values.size() : 0, old.length);
            for (int i = 0; i < values.size(); i++) {
                all[end == End.FRONT ? values.size() - 1 - i : old.length + i] = values.get(i);
            }
            length[0] = all.length;
            return before == null
                    ? new Values(all, addedBytes, expiresAtNs(timeToLive))
                    : new Values(all, before.bytes + addedBytes, before.expiresAtNs);
        });
        return length[0];
    }

    @Override
    public byte @Nullable [] listPop(String key, End end, Deadline deadline) {
        byte[][] popped = new byte[1][];
        change(key, entry -> {
            Values before = list(entry);
            if (before == null) {
                return null;
            }
            int length = before.values.length;
            byte[] value = before.values[end == End.FRONT ? 0 : length - 1];
            popped[0] = value;
            int from = end == End.FRONT ? 1 : 0;
            return length == 1
                    ? null
                    : new Values(
                            Arrays.copyOfRange(before.values, from, from + length - 1),
                            before.bytes - value.length,
                            before.expiresAtNs);
        });
        return popped[0];
    }

    @Override
    public List<byte[]> listRange(String key, long from, long to, Deadline deadline) {
        Values list = list(cache.getIfPresent(key));
        if (list == null) {
            return List.of();
        }
        ListSpan span = ListSpan.of(from, to, list.values.length);
        byte[][] part = Arrays.copyOfRange(list.values, (int) span.from(), (int) span.until());
        limits.checkBatchBytes(
                Arrays.stream(part).mapToLong(value -> value.length).sum());
        return List.of(part);
    }

    @Override
    public long listLength(String key, Deadline deadline) {
        Values list = list(cache.getIfPresent(key));
        return list == null ? 0 : list.values.length;
    }

    @Override
    public boolean listReplace(
            String key, List<byte[]> expected, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        long bytes = values.stream().mapToLong(value -> value.length).sum();
        boolean[] replaced = new boolean[1];
        change(key, entry -> {
            Values before = list(entry);
            byte[][] old = before == null ? new byte[0][] : before.values;
            replaced[0] = Arrays.deepEquals(old, expected.toArray());
            if (!replaced[0]) {
                return before;
            }
            long expiresAtNs = before == null || timeToLive != null ? expiresAtNs(timeToLive) : before.expiresAtNs;
            return values.isEmpty() ? null : new Values(values.toArray(byte[][]::new), bytes, expiresAtNs);
        });
        return replaced[0];
    }

    /** {@inheritDoc} The cursor is the last key of the page before. */
    @Override
    public Page keys(String prefix, @Nullable String cursor, int count, Deadline deadline) {
        boolean begin = cursor == null || cursor.compareTo(prefix) < 0;
        List<String> keys = new ArrayList<>();
        for (String key : index.tailSet(begin ? prefix : cursor, begin)) {
            if (!key.startsWith(prefix)) {
                break;
            }
            if (keys.size() == count) {
                return new Page(keys, keys.getLast());
            }
            if (cache.asMap().containsKey(key)) {
                keys.add(key);
            }
        }
        return new Page(keys, null);
    }

    @Override
    public void close() {
        cache.invalidateAll();
        index.clear();
    }
}

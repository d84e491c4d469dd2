package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values by key, some of them only for a time: what is behind a {@code kv} binding.
 *
 * <p>A key holds a value, a counter (a value that is a decimal number, as Redis has it) or a list. An operation on a key that holds another kind
 * is a {@link HostError} of kind {@code CONFLICT}; only deleting and asking for existence take any kind. An expired key is absent in every respect.
 * Every operation is atomic, those on many keys key by key: where one of them fails, the others may be done.
 *
 * <p>Ownership: whoever has given or got an array no longer changes it; a store may keep the one and hand out the other as it is.
 *
 * <p>Threads: any. Errors: {@link HostError}; {@code UNAVAILABLE} when the store can't be reached, {@code TIMEOUT} past the deadline,
 * {@code LIMIT_EXCEEDED} past {@link KeyValueLimits}. A null time to live means for ever; where a key is there already it replaces what the key had.
 */
public interface KeyValueStore extends AutoCloseable {
    /** Which end of a list. */
    enum End {
        FRONT,
        BACK
    }

    /**
     * Keys in no particular order; there may be none although there are more pages.
     *
     * @param cursor to go on from, or null at the end
     */
    record Page(List<String> keys, @Nullable String cursor) {}

    /** The value, or null. */
    byte @Nullable [] get(String key, Deadline deadline);

    /** The values in the order of {@code keys}; null where there is none. */
    List<byte @Nullable []> getMany(List<String> keys, Deadline deadline);

    void set(String key, byte[] value, @Nullable Duration timeToLive, Deadline deadline);

    void setMany(Map<String, byte[]> entries, @Nullable Duration timeToLive, Deadline deadline);

    /** Deletes a key of any kind; false when there was none. */
    boolean delete(String key, Deadline deadline);

    /** How many of them were there. */
    int deleteMany(List<String> keys, Deadline deadline);

    /** Whether there is a key, of any kind. */
    boolean exists(String key, Deadline deadline);

    /**
     * Sets the value if it is {@code expected} at this moment.
     *
     * @param expected null where there must be none
     * @return whether it was set
     */
    boolean compareAndSet(
            String key, byte @Nullable [] expected, byte[] value, @Nullable Duration timeToLive, Deadline deadline);

    /**
     * Adds to a counter, which starts at 0 and then gets the time to live; an older one keeps its own. A value that is no number is another kind; a
     * sum past 64 bits passes the limit {@code counter}.
     *
     * @return the new value
     */
    long increment(String key, long delta, @Nullable Duration timeToLive, Deadline deadline);

    /**
     * Puts values on a list one after the other, which starts empty and then gets the time to live; an older one keeps its own.
     *
     * @return the list's new length
     */
    long listPush(String key, End end, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline);

    /** Takes a value off a list, or null when it is empty; an empty list is no key. */
    byte @Nullable [] listPop(String key, End end, Deadline deadline);

    /**
     * A part of a list.
     *
     * @param from index of the first; negative ones count from the end: -1 is the last
     * @param to index of the last, inclusive, likewise
     */
    List<byte[]> listRange(String key, long from, long to, Deadline deadline);

    /** How many values a list has; 0 where there is none. */
    long listLength(String key, Deadline deadline);

    /**
     * Replaces a list if it is {@code expected} at this moment.
     *
     * @param expected all its values; none where there must be no list
     * @param values none to delete it
     * @param timeToLive from now on; null keeps what the list has, and means for ever for a new one
     * @return whether it was replaced
     */
    boolean listReplace(
            String key, List<byte[]> expected, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline);

    /**
     * Keys that start with {@code prefix}. A key that is there from the first page to the last is in at least one of them.
     *
     * @param cursor of the page before, or null to begin
     * @param count about how many are wanted
     */
    Page keys(String prefix, @Nullable String cursor, int count, Deadline deadline);

    /**
     * Sends the server behind the store a command of its own.
     *
     * @throws HostError {@code PERMISSION_DENIED} where there is no such server, or the binding doesn't permit it
     */
    default RedisReply command(String name, List<byte[]> arguments, Deadline deadline) {
        throw HostError.of(
                HostError.Kind.PERMISSION_DENIED, "the binding takes no commands: it is not of provider redis");
    }

    /** Whether {@link #command} would send to the server of this address. */
    default boolean takesCommandsFor(ServerAddress address) {
        return false;
    }

    /** Gives connections and memory back. Nobody may use it any more. */
    @Override
    void close();
}

package dev.mayfly.hostinterfaces.kv;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Redis has no single command for, atomic as a script. Where a key holds another kind, the commands in them fail before anything has changed.
 * A time to live is in milliseconds, or empty for none.
 *
 * @param <T> what it answers with
 */
record RedisScript<T>(ScriptOutputType output, String text, String digest) {
    /** {@code KEYS}; {@code ARGV}: most bytes of all values together. Unlike MGET it refuses lists. */
    static final RedisScript<List<byte @Nullable []>> GET_MANY = new RedisScript<>(ScriptOutputType.MULTI, """
            local values, bytes = {}, 0
            for i, key in ipairs(KEYS) do
              values[i] = redis.call('GET', key)
              bytes = bytes + (values[i] and #values[i] or 0)
              if bytes > tonumber(ARGV[1]) then return redis.error_reply('TOOMUCH') end
            end
            return values
            """);

    /** {@code KEYS}; {@code ARGV}: time to live, then a value for each key. Unlike SET and MSET it replaces no list. */
    static final RedisScript<Long> SET = new RedisScript<>(ScriptOutputType.INTEGER, """
            for i, key in ipairs(KEYS) do redis.call('STRLEN', key) end
            for i, key in ipairs(KEYS) do
              if ARGV[1] == '' then redis.call('SET', key, ARGV[i + 1])
              else redis.call('SET', key, ARGV[i + 1], 'PX', ARGV[1]) end
            end
            return #KEYS
            """);

    /** {@code ARGV}: time to live, new value, and the expected one unless none is. */
    static final RedisScript<Long> COMPARE_AND_SET = new RedisScript<>(ScriptOutputType.INTEGER, """
            if redis.call('GET', KEYS[1]) ~= (ARGV[3] or false) then return 0 end
            if ARGV[1] == '' then redis.call('SET', KEYS[1], ARGV[2])
            else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1]) end
            return 1
            """);

    /** {@code ARGV}: time to live, delta. Answers with the text, as Lua's numbers have 53 bits. */
    static final RedisScript<byte[]> INCREMENT = new RedisScript<>(ScriptOutputType.VALUE, """
            local isNew = redis.call('EXISTS', KEYS[1]) == 0
            redis.call('INCRBY', KEYS[1], ARGV[2])
            if isNew then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
            return redis.call('GET', KEYS[1])
            """);

    /** {@code ARGV}: time to live, LPUSH or RPUSH, most values of a list, then the values. Answers with -1 if it were to get longer. */
    static final RedisScript<Long> LIST_PUSH = new RedisScript<>(ScriptOutputType.INTEGER, """
            local before = redis.call('LLEN', KEYS[1])
            local after = before + #ARGV - 3
            if after > tonumber(ARGV[3]) then return -1 end
            for i = 4, #ARGV do redis.call(ARGV[2], KEYS[1], ARGV[i]) end
            if before == 0 and ARGV[1] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
            return after
            """);

    /** {@code ARGV}: most bytes of all values together, from, to. */
    static final RedisScript<List<byte[]>> LIST_RANGE = new RedisScript<>(ScriptOutputType.MULTI, """
            local values, bytes = redis.call('LRANGE', KEYS[1], ARGV[2], ARGV[3]), 0
            for i, value in ipairs(values) do bytes = bytes + #value end
            if bytes > tonumber(ARGV[1]) then return redis.error_reply('TOOMUCH') end
            return values
            """);

    /** {@code ARGV}: time to live, how many values are expected, these, and the new ones. Answers with 1 if the list was as expected. */
    static final RedisScript<Long> LIST_REPLACE = new RedisScript<>(ScriptOutputType.INTEGER, """
            local before, count = redis.call('LRANGE', KEYS[1], 0, -1), tonumber(ARGV[2])
            if #before ~= count then return 0 end
            for i, value in ipairs(before) do
              if value ~= ARGV[i + 2] then return 0 end
            end
            local left = redis.call('PTTL', KEYS[1])
            redis.call('DEL', KEYS[1])
            for i = count + 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
            if ARGV[1] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[1])
            elseif left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
            return 1
            """);

    /** The error with which a script refuses to answer with more bytes than it may. */
    static final String TOO_MUCH = "TOOMUCH";

    private RedisScript(ScriptOutputType output, String text) {
        this(output, text, Base16.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** By its digest: where the server has not run it since it was started, it answers with an error that says so. */
    RedisFuture<T> sendDigest(RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[][] arguments) {
        return redis.evalsha(digest, output, keys, arguments);
    }

    RedisFuture<T> sendText(RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[][] arguments) {
        return redis.eval(text, output, keys, arguments);
    }
}

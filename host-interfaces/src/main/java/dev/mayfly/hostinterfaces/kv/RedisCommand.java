package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A command that a function writes itself, on the connection that all share. */
final class RedisCommand {
    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

    /** What changes or occupies the connection, which is everybody's, and what is the operator's to say to a server. */
    private static final Set<String> REFUSED = Set.of(
            "ACL",
            "ASKING",
            "AUTH",
            "BGREWRITEAOF",
            "BGSAVE",
            "BLMOVE",
            "BLMPOP",
            "BLPOP",
            "BRPOP",
            "BRPOPLPUSH",
            "BZMPOP",
            "BZPOPMAX",
            "BZPOPMIN",
            "CLIENT",
            "CLUSTER",
            "CONFIG",
            "DEBUG",
            "DISCARD",
            "EXEC",
            "FAILOVER",
            "HELLO",
            "MIGRATE",
            "MODULE",
            "MONITOR",
            "MULTI",
            "PSUBSCRIBE",
            "PSYNC",
            "PUNSUBSCRIBE",
            "QUIT",
            "READONLY",
            "READWRITE",
            "REPLCONF",
            "REPLICAOF",
            "RESET",
            "SAVE",
            "SELECT",
            "SHUTDOWN",
            "SLAVEOF",
            "SSUBSCRIBE",
            "SUBSCRIBE",
            "SUNSUBSCRIBE",
            "SWAPDB",
            "SYNC",
            "UNSUBSCRIBE",
            "UNWATCH",
            "WAIT",
            "WAITAOF",
            "WATCH");

    /** Those that occupy it if they are told to wait. */
    private static final Set<String> WAITING = Set.of("XREAD", "XREADGROUP");

    /** Whose answer is a status: Lettuce (7.0.0) gives a simple string and a bulk one to the same method. */
    private static final Set<String> STATUS = Set.of(
            "FLUSHALL",
            "FLUSHDB",
            "FUNCTION",
            "HMSET",
            "JSON.SET",
            "LSET",
            "LTRIM",
            "MSET",
            "PFMERGE",
            "PING",
            "PSETEX",
            "RENAME",
            "RESTORE",
            "SCRIPT",
            "SET",
            "SETEX",
            "TYPE",
            "XGROUP");

    private RedisCommand() {}

    static void check(String name, List<byte[]> arguments) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw HostError.of(HostError.Kind.INVALID, "the name of a command has letters, digits, dots and dashes");
        }
        boolean waits = WAITING.contains(upper) && has(arguments, "BLOCK");
        if (REFUSED.contains(upper) || waits) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    upper + " is not for functions: they share a connection, and the server is its operator's");
        }
    }

    private static boolean has(List<byte[]> arguments, String option) {
        return arguments.stream()
                .anyMatch(argument -> new String(argument, StandardCharsets.US_ASCII).equalsIgnoreCase(option));
    }

    /** Not so a SET that gets what was there before, and a PING that echoes. */
    private static boolean answersWithStatus(String upper, List<byte[]> arguments) {
        return STATUS.contains(upper)
                && !(upper.equals("SET") && has(arguments, "GET"))
                && !(upper.equals("PING") && !arguments.isEmpty());
    }

    static RedisFuture<RedisReply> send(RedisAsyncCommands<String, byte[]> redis, String name, List<byte[]> arguments) {
        CommandArgs<String, byte[]> encoded = new CommandArgs<>(CODEC);
        arguments.forEach(encoded::add);
        boolean status = answersWithStatus(name.toUpperCase(Locale.ROOT), arguments);
        return redis.dispatch(new Keyword(name), new Output(status), encoded);
    }

    private record Keyword(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Puts an answer together as its parts come. */
    private static final class Output extends CommandOutput<String, byte[], @Nullable RedisReply> {
        /** Of lists in lists. */
        private static final int DEPTH_MAX = 32;

        private static final class Open {
            private final List<RedisReply> replies = new ArrayList<>();
            private int left;

            Open(int left) {
                this.left = left;
            }
        }

        private final Deque<Open> open = new ArrayDeque<>();

        private final boolean status;

        /** @param status whether a text that is the whole answer is a status */
        Output(boolean status) {
            super(CODEC, null);
            this.status = status;
        }

        private void add(RedisReply reply) {
            RedisReply whole = reply;
            for (Open list = open.peek(); list != null; list = open.peek()) {
                list.replies.add(whole);
                if (--list.left > 0) {
                    return;
                }
                open.pop();
                whole = new RedisReply.Bulk(list.replies);
            }
            output = whole;
        }

        @Override
        public void set(@Nullable ByteBuffer bytes) {
            if (bytes == null) {
                add(new RedisReply.Nil());
                return;
            }
            if (status && open.isEmpty()) {
                add(new RedisReply.Text(decodeString(bytes)));
                return;
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            add(new RedisReply.Data(copy));
        }

        @Override
        public void setBigNumber(@Nullable ByteBuffer bytes) {
            add(bytes == null ? new RedisReply.Nil() : new RedisReply.Text(decodeString(bytes)));
        }

        @Override
        public void set(long integer) {
            add(new RedisReply.Int(integer));
        }

        @Override
        public void set(double number) {
            add(new RedisReply.Text(Double.toString(number)));
        }

        @Override
        public void set(boolean value) {
            add(new RedisReply.Int(value ? 1 : 0));
        }

        @Override
        public void multi(int count) {
            if (count < 0) {
                add(new RedisReply.Nil());
            } else if (count == 0) {
                add(new RedisReply.Bulk(List.of()));
            } else if (open.size() == DEPTH_MAX) {
                throw new RedisException("the answer has more than " + DEPTH_MAX + " lists in one another");
            } else {
                open.push(new Open(count));
            }
        }
    }
}

package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.FunctionContext;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code mayfly:kv/kv}: each function's parameters in the order of {@code wit/kv/kv.wit}. */
public final class KeyValueOperations {
    private static final int KEYS_AT_ONCE_MAX = 1_000;

    private final KeyValueLimits limits;

    private KeyValueOperations(KeyValueLimits limits) {
        this.limits = limits;
    }

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table, KeyValueLimits limits) {
        KeyValueOperations operations = new KeyValueOperations(limits);
        table.with(Operation.KV_GET, operations::get)
                .with(Operation.KV_GET_BUFFER, operations::getBuffer)
                .with(Operation.KV_GET_MANY, operations::getMany)
                .with(Operation.KV_SET, operations::set)
                .with(Operation.KV_SET_MANY, operations::setMany)
                .with(Operation.KV_DELETE, operations::delete)
                .with(Operation.KV_DELETE_MANY, operations::deleteMany)
                .with(Operation.KV_EXISTS, operations::exists)
                .with(Operation.KV_COMPARE_AND_SET, operations::compareAndSet)
                .with(Operation.KV_INCREMENT, operations::increment)
                .with(Operation.KV_LIST_PUSH, operations::listPush)
                .with(Operation.KV_LIST_POP, operations::listPop)
                .with(Operation.KV_LIST_RANGE, operations::listRange)
                .with(Operation.KV_LIST_LENGTH, operations::listLength)
                .with(Operation.KV_KEYS, operations::keys)
                .with(Operation.KV_LIST_REPLACE, operations::listReplace)
                .with(Operation.KV_COMMAND, operations::command);
    }

    private static KeyValueStore store(OperationCall call, ArgumentReader in) {
        return call.provider(BindingKind.KV, in.text(), KeyValueStore.class);
    }

    private void get(OperationCall call, ArgumentReader in, AnswerWriter out) {
        optional(out, store(call, in).get(in.text(), call.deadline()));
    }

    private void getBuffer(OperationCall call, ArgumentReader in, AnswerWriter out) {
        byte[] value = store(call, in).get(in.text(), call.deadline());
        out.bool(value != null);
        if (value != null) {
            out.u32(call.bufferOf(value));
        }
    }

    private void getMany(OperationCall call, ArgumentReader in, AnswerWriter out) {
        List<byte @Nullable []> values = store(call, in).getMany(texts(in), call.deadline());
        out.u32(values.size());
        for (byte[] value : values) {
            optional(out, value);
        }
    }

    private void set(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        byte[] value = call.bodyBytes(in, limits.valueBytesMax(), "kv-value-bytes-max");
        store.set(key, value, timeToLive(in), call.deadline());
    }

    private void setMany(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int left = count(in); left > 0; left--) {
            entries.put(in.text(), in.bytes());
        }
        store.setMany(entries, timeToLive(in), call.deadline());
    }

    private void delete(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.bool(store(call, in).delete(in.text(), call.deadline()));
    }

    private void deleteMany(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.u32(store(call, in).deleteMany(texts(in), call.deadline()));
    }

    private void exists(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.bool(store(call, in).exists(in.text(), call.deadline()));
    }

    private void compareAndSet(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        byte[] expected = in.bool() ? in.bytes() : null;
        byte[] value = in.bytes();
        out.bool(store.compareAndSet(key, expected, value, timeToLive(in), call.deadline()));
    }

    private void increment(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        long delta = in.i64();
        out.i64(store.increment(key, delta, timeToLive(in), call.deadline()));
    }

    private void listPush(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        KeyValueStore.End end = end(in);
        List<byte[]> values = values(in);
        out.i64(store.listPush(key, end, values, timeToLive(in), call.deadline()));
    }

    private void listPop(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        optional(out, store.listPop(key, end(in), call.deadline()));
    }

    private void listRange(OperationCall call, ArgumentReader in, AnswerWriter out) {
        List<byte[]> values = store(call, in).listRange(in.text(), in.i64(), in.i64(), call.deadline());
        out.u32(values.size());
        values.forEach(out::bytes);
    }

    private void listLength(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.i64(store(call, in).listLength(in.text(), call.deadline()));
    }

    private void listReplace(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String key = in.text();
        List<byte[]> expected = values(in);
        List<byte[]> values = values(in);
        out.bool(store.listReplace(key, expected, values, timeToLive(in), call.deadline()));
    }

    /** For a binding, or the server at an address: {@code engine/native/src/front/momento/valkey.rs} has the order. */
    private void command(OperationCall call, ArgumentReader in, AnswerWriter out) {
        String to = in.text();
        String binding = to.contains("://") ? bindingTo(ServerAddress.of(to), call.function()) : to;
        KeyValueStore store = call.provider(BindingKind.KV, binding, KeyValueStore.class);
        String name = in.text();
        store.command(name, values(in), call.deadline()).writeTo(out);
    }

    private static String bindingTo(ServerAddress address, FunctionContext function) {
        String binding = function.bindingWith(KeyValueStore.class, store -> store.takesCommandsFor(address));
        if (binding == null) {
            throw HostError.of(
                    HostError.Kind.PERMISSION_DENIED,
                    "function " + function.name() + " has no kv binding that takes commands for " + address);
        }
        return binding;
    }

    private static List<byte[]> values(ArgumentReader in) {
        List<byte[]> values = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            values.add(in.bytes());
        }
        return values;
    }

    private void keys(OperationCall call, ArgumentReader in, AnswerWriter out) {
        KeyValueStore store = store(call, in);
        String prefix = in.text();
        String cursor = in.bool() ? in.text() : null;
        int count = Math.clamp(in.u32(), 1, KEYS_AT_ONCE_MAX);
        KeyValueStore.Page page = store.keys(prefix, cursor, count, call.deadline());
        out.u32(page.keys().size());
        page.keys().forEach(out::text);
        String next = page.cursor();
        out.bool(next != null);
        if (next != null) {
            out.text(next);
        }
    }

    private static void optional(AnswerWriter out, byte @Nullable [] value) {
        out.bool(value != null);
        if (value != null) {
            out.bytes(value);
        }
    }

    private static List<String> texts(ArgumentReader in) {
        int count = count(in);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(in.text());
        }
        return texts;
    }

    private static int count(ArgumentReader in) {
        int count = in.count();
        if (count > KEYS_AT_ONCE_MAX) {
            throw KeyValueLimits.exceeded("kv-keys-at-once-max", KEYS_AT_ONCE_MAX);
        }
        return count;
    }

    private static KeyValueStore.End end(ArgumentReader in) {
        return in.u8() == 0 ? KeyValueStore.End.FRONT : KeyValueStore.End.BACK;
    }

    private static @Nullable Duration timeToLive(ArgumentReader in) {
        if (!in.bool()) {
            return null;
        }
        long ms = in.i64();
        if (ms == 0) {
            throw HostError.of(HostError.Kind.INVALID, "a time to live is 1 ms or more");
        }
        // Beyond 30,000 years there is no difference from for ever that anybody will see.
        return Duration.ofMillis(ms < 0 ? 1_000_000_000_000_000L : Math.min(ms, 1_000_000_000_000_000L));
    }
}

package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The codecs, one for each kind of type. {@link TypeBinder} puts them together. */
final class Codecs {
    /** Cases beyond so many need more than a byte. */
    private static final int SMALL_CASE_COUNT_MAX = 256;

    private Codecs() {}

    /** Stands in where types don't fit: what it is part of is never used. */
    static final Codec NONE = of(
            (call, in) -> {
                throw new IllegalStateException("bound to no type");
            },
            (call, value, out) -> {
                throw new IllegalStateException("bound to no type");
            });

    static final Codec BOOL = of((call, in) -> in.bool(), (call, value, out) -> out.bool((Boolean) value));
    static final Codec FLOAT = of(
            (call, in) -> Float.intBitsToFloat((int) in.u32()),
            (call, value, out) -> out.u32(Float.floatToRawIntBits((Float) value)));
    static final Codec DOUBLE = of((call, in) -> in.f64(), (call, value, out) -> out.f64((Double) value));
    static final Codec STRING = of((call, in) -> in.text(), (call, value, out) -> out.text((String) value));
    static final Codec CHAR = of((call, in) -> (int) in.u32(), (call, value, out) -> {
        int character = (Integer) value;
        if (!Character.isValidCodePoint(character)
                || (Character.isBmpCodePoint(character) && Character.isSurrogate((char) character))) {
            throw new IllegalArgumentException("no character of Unicode: " + Integer.toHexString(character));
        }
        out.u32(character);
    });
    static final Codec BUFFER = of(
            (call, in) -> new BufferHandle(call.operation(), in.handle()),
            (call, value, out) -> out.u32(((BufferHandle) value).index()));

    private interface Read {
        Object read(CustomCall call, ArgumentReader in);
    }

    private interface Write {
        void write(CustomCall call, Object value, AnswerWriter out);
    }

    private static Codec of(Read read, Write write) {
        return new Codec() {
            @Override
            public Object read(CustomCall call, ArgumentReader in) {
                return read.read(call, in);
            }

            @Override
            public void write(CustomCall call, Object value, AnswerWriter out) {
                write.write(call, value, out);
            }
        };
    }

    /** @param box makes the Java type's values */
    static Codec integer(WitType.Scalar type, LongFunction<Object> box) {
        return of((call, in) -> box.apply(readInteger(type, in)), (call, value, out) -> {
            long number = ((Number) value).longValue();
            if (number < type.min || number > type.max) {
                throw new IllegalArgumentException(number + " is out of the range of " + type);
            }
            writeInteger(type, number, out);
        });
    }

    private static long readInteger(WitType.Scalar type, ArgumentReader in) {
        return switch (type) {
            case S8 -> (byte) in.u8();
            case U8 -> in.u8();
            case S16 -> (short) in.u16();
            case U16 -> in.u16();
            case S32 -> (int) in.u32();
            case U32 -> in.u32();
            default -> in.i64();
        };
    }

    private static void writeInteger(WitType.Scalar type, long number, AnswerWriter out) {
        switch (type) {
            case S8, U8 -> out.u8((int) number);
            case S16, U16 -> out.u16((int) number);
            case S32, U32 -> out.u32((int) number);
            default -> out.i64(number);
        }
    }

    static Codec list(Codec item) {
        return of(
                (call, in) -> {
                    int count = in.count();
                    // Not sized by the count: only items that are there take room.
                    List<Object> items = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        items.add(item.read(call, in));
                    }
                    return Collections.unmodifiableList(items);
                },
                (call, value, out) -> {
                    List<?> items = (List<?>) value;
                    out.u32(items.size());
                    for (Object each : items) {
                        item.write(call, each, out);
                    }
                });
    }

    static Codec option(Codec inner) {
        return of(
                (call, in) -> in.bool() ? Optional.of(inner.read(call, in)) : Optional.empty(), (call, value, out) -> {
                    Optional<?> option = (Optional<?>) value;
                    out.bool(option.isPresent());
                    if (option.isPresent()) {
                        inner.write(call, option.get(), out);
                    }
                });
    }

    /** Either payload may be absent: there its Java type is Void, and null its only value. */
    @SuppressWarnings("NullAway")
    static Codec result(@Nullable Codec ok, @Nullable Codec error) {
        return of(
                (call, in) -> in.u8() == 0
                        ? new Result.Ok<@Nullable Object, @Nullable Object>(ok == null ? null : ok.read(call, in))
                        : new Result.Err<@Nullable Object, @Nullable Object>(
                                error == null ? null : error.read(call, in)),
                (call, value, out) -> {
                    switch ((Result<?, ?>) value) {
                        case Result.Ok<?, ?>(Object payload) -> {
                            out.u8(0);
                            write(ok, call, payload, out);
                        }
                        case Result.Err<?, ?>(Object payload) -> {
                            out.u8(1);
                            write(error, call, payload, out);
                        }
                    }
                });
    }

    private static void write(@Nullable Codec codec, CustomCall call, @Nullable Object payload, AnswerWriter out) {
        if (codec != null) {
            codec.write(call, java.util.Objects.requireNonNull(payload, "a result's payload"), out);
        }
    }

    /**
     * Of records, for WIT's records and tuples.
     *
     * @param make from an array of the components, in the class's order
     * @param accessors in WIT's order
     * @param positions of WIT's fields in the class
     */
    static Codec record(MethodHandle make, MethodHandle[] accessors, Codec[] fields, int[] positions) {
        return of(
                (call, in) -> {
                    @Nullable Object[] components = new @Nullable Object[fields.length];
                    for (int i = 0; i < fields.length; i++) {
                        components[positions[i]] = fields[i].read(call, in);
                    }
                    return Handles.make(make, components);
                },
                (call, value, out) -> {
                    for (int i = 0; i < fields.length; i++) {
                        fields[i].write(call, Handles.component(accessors[i], value), out);
                    }
                });
    }

    /** A case of a variant: its record's class, and how its payload is got and put if it has one. */
    record Case(
            Class<?> type,
            MethodHandle make,
            @Nullable MethodHandle payload,
            @Nullable Codec codec) {}

    static Codec variant(List<Case> cases) {
        Map<Class<?>, Integer> numbers = numbers(cases.stream().map(Case::type).toList());
        return of(
                (call, in) -> {
                    Case chosen = cases.get(readCase(cases.size(), in));
                    Codec codec = chosen.codec();
                    return Handles.make(
                            chosen.make(), codec == null ? new Object[0] : new Object[] {codec.read(call, in)});
                },
                (call, value, out) -> {
                    int number = number(numbers, value.getClass());
                    Case chosen = cases.get(number);
                    writeCase(number, cases.size(), out);
                    if (chosen.codec() != null && chosen.payload() != null) {
                        chosen.codec().write(call, Handles.component(chosen.payload(), value), out);
                    }
                });
    }

    /** @param constants in WIT's order */
    static Codec enumeration(List<Enum<?>> constants) {
        Map<Enum<?>, Integer> numbers = numbers(constants);
        return of(
                (call, in) -> constants.get(readCase(constants.size(), in)),
                (call, value, out) -> writeCase(number(numbers, (Enum<?>) value), constants.size(), out));
    }

    /** @param constants in WIT's order; all of them of {@code type} */
    static Codec flags(Class<?> type, List<Enum<?>> constants) {
        Map<Enum<?>, Integer> numbers = numbers(constants);
        int words = (constants.size() + 31) / 32;
        return of(
                (call, in) -> {
                    Set<Enum<?>> set = noneOf(type);
                    for (int word = 0; word < words; word++) {
                        long bits = in.u32();
                        for (int bit = 0; bit < 32 && word * 32 + bit < constants.size(); bit++) {
                            if ((bits >> bit & 1) == 1) {
                                set.add(constants.get(word * 32 + bit));
                            }
                        }
                    }
                    return set;
                },
                (call, value, out) -> {
                    int[] bits = new int[words];
                    for (Object flag : (Set<?>) value) {
                        int number = number(numbers, (Enum<?>) flag);
                        bits[number / 32] |= 1 << number % 32;
                    }
                    for (int word : bits) {
                        out.u32(word);
                    }
                });
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Set<Enum<?>> noneOf(Class<?> type) {
        return (Set) EnumSet.noneOf((Class) type);
    }

    /** Of a handle: one that is owned changes hands. */
    static Codec resource(boolean owned, Class<?> type) {
        return of(
                (call, in) -> owned
                        ? call.operation().resources().take(in.handle(), type)
                        : call.operation().resources().get(in.handle(), type),
                (call, value, out) -> out.u32(call.add((AutoCloseable) value)));
    }

    private static <T> Map<T, Integer> numbers(List<T> items) {
        Map<T, Integer> numbers = new java.util.HashMap<>();
        for (T item : items) {
            numbers.put(item, numbers.size());
        }
        return numbers;
    }

    private static <T> int number(Map<T, Integer> numbers, T item) {
        Integer number = numbers.get(item);
        if (number == null) {
            throw new IllegalArgumentException(item + " has no case in WIT");
        }
        return number;
    }

    private static int readCase(int count, ArgumentReader in) {
        return count <= SMALL_CASE_COUNT_MAX ? in.u8() : (int) in.u32();
    }

    private static void writeCase(int number, int count, AnswerWriter out) {
        if (count <= SMALL_CASE_COUNT_MAX) {
            out.u8(number);
        } else {
            out.u32(number);
        }
    }
}

package dev.mayfly.host;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.custom.BufferHandle;
import dev.mayfly.hostinterfaces.custom.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code engine/test-guests/custom/wit/everything.wit} describes. */
final class Everything {
    static final String SECRET = "password=swordfish";

    /** The next value for {@link #give}. */
    volatile @Nullable Nested given;

    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
    final CompletableFuture<Long> never = new CompletableFuture<>();

    /** In another order than WIT's, some in wider types. */
    public record Integers(long h, long g, long f, int e, int d, short c, int b, byte a) {}

    /** Of WIT's enum. */
    public enum Color {
        BLUE,
        RED,
        DARK_GREEN
    }

    /** Of WIT's flags. */
    public enum Permission {
        READ,
        WRITE,
        RUN_IT
    }

    /** Of WIT's variant. */
    public sealed interface Shape {
        /** Without a payload. */
        record Point() implements Shape {}

        /** With one. */
        record Circle(double radius) implements Shape {}

        /** With a list. */
        record Polygon(List<Corner> corners) implements Shape {}
    }

    /** Of a tuple. */
    public record Corner(float x, float y) {}

    /** Of all. */
    public record Nested(
            String name,
            int letter,
            boolean yes,
            Integers numbers,
            Color color,
            Set<Permission> permissions,
            List<Shape> shapes,
            Optional<String> maybe,
            Result<Long, String> outcome,
            Result<@Nullable Void, @Nullable Void> plain,
            List<Optional<List<Short>>> deep) {}

    static Nested random(Random random) {
        return new Nested(
                text(random),
                letter(random),
                random.nextBoolean(),
                new Integers(
                        random.nextLong(),
                        random.nextLong(),
                        random.nextLong(1L << 32),
                        random.nextInt(),
                        random.nextInt(1 << 16),
                        (short) random.nextInt(),
                        random.nextInt(1 << 8),
                        (byte) random.nextInt()),
                Color.values()[random.nextInt(3)],
                permissions(random),
                list(random, () -> switch (random.nextInt(3)) {
                    case 0 -> new Shape.Point();
                    case 1 -> new Shape.Circle(random.nextGaussian());
                    default ->
                        new Shape.Polygon(list(random, () -> new Corner(random.nextFloat(), -random.nextFloat())));
                }),
                random.nextBoolean() ? Optional.of(text(random)) : Optional.empty(),
                random.nextBoolean() ? Result.ok(random.nextLong(1L << 32)) : Result.err(text(random)),
                random.nextBoolean() ? Result.ok() : Result.err(),
                list(
                        random,
                        () -> random.nextBoolean()
                                ? Optional.of(list(random, () -> (short) random.nextInt()))
                                : Optional.empty()));
    }

    private static Set<Permission> permissions(Random random) {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (Permission each : Permission.values()) {
            if (random.nextBoolean()) {
                permissions.add(each);
            }
        }
        return permissions;
    }

    private static <T> List<T> list(Random random, Supplier<T> item) {
        List<T> items = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            items.add(item.get());
        }
        return Collections.unmodifiableList(items);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        list(random, () -> letter(random)).forEach(text::appendCodePoint);
        return text.toString();
    }

    private static int letter(Random random) {
        return random.nextBoolean() ? random.nextInt(0xd800) : 0xe000 + random.nextInt(0x110000 - 0xe000);
    }

    public Nested give() {
        Nested given = this.given;
        if (given == null) {
            throw new IllegalStateException("nothing to give");
        }
        return given;
    }

    public boolean take(Nested value) {
        return value.equals(given);
    }

    public Integers small(Integers value) {
        return new Integers(value.h, value.g + 1, value.f, value.e, value.d, value.c, value.b, value.a);
    }

    public String fail(String kind) {
        throw HostError.of(HostError.Kind.valueOf(kind), "as " + kind);
    }

    public Result<Long, Shape> failOwn() {
        return Result.err(new Shape.Circle(2));
    }

    /** A keyword in Java. */
    public void throw_() {
        throw new IllegalArgumentException(SECRET);
    }

    public void block(long ms) throws InterruptedException {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
            throw e;
        }
    }

    public CompletionStage<String> later(String text) {
        return CompletableFuture.supplyAsync(() -> text + " later");
    }

    public CompletionStage<Long> never() {
        return never;
    }

    public String caller(OperationCall call) {
        return call.function().name();
    }

    public long measure(BufferHandle bytes) {
        return bytes.bytes(1 << 20).length;
    }

    public long swallow(BufferHandle bytes) {
        return measure(bytes);
    }

    public BufferHandle produce(OperationCall call, long count) {
        return BufferHandle.of(call, new byte[(int) count]);
    }

    public Counter newCounter(long start) {
        return new Counter(start);
    }

    public List<Counter> counterOpenMany(long count) {
        List<Counter> counters = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            counters.add(new Counter(i));
        }
        return counters;
    }

    public long merge(Counter one, Counter other) {
        try (one) {
            return one.value + other.value;
        }
    }

    /** Counts how many are open. */
    public final class Counter implements AutoCloseable {
        private long value;

        Counter(long value) {
            this.value = value;
            open.incrementAndGet();
        }

        public long add(long by) {
            value += by;
            return value;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }
}

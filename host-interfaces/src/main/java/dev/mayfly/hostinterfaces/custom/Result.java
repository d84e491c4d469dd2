package dev.mayfly.hostinterfaces.custom;

import org.jspecify.annotations.Nullable;

/**
 * WIT's {@code result}: a value, or an error that is one too.
 *
 * @param <T> {@link Void} where {@code ok} has no payload
 * @param <E> {@link Void} where the error has none
 */
public sealed interface Result<T extends @Nullable Object, E extends @Nullable Object> {
    /** It went well. */
    record Ok<T extends @Nullable Object, E extends @Nullable Object>(T value) implements Result<T, E> {}

    /** It did not. */
    record Err<T extends @Nullable Object, E extends @Nullable Object>(E error) implements Result<T, E> {}

    static <T extends @Nullable Object, E extends @Nullable Object> Result<T, E> ok(T value) {
        return new Ok<>(value);
    }

    static <T extends @Nullable Object, E extends @Nullable Object> Result<T, E> err(E error) {
        return new Err<>(error);
    }

    /** Without a payload. */
    @SuppressWarnings("NullAway")
    static <E extends @Nullable Object> Result<@Nullable Void, E> ok() {
        return new Ok<>(null);
    }

    /** Without a payload. */
    @SuppressWarnings("NullAway")
    static <T extends @Nullable Object> Result<T, @Nullable Void> err() {
        return new Err<>(null);
    }
}

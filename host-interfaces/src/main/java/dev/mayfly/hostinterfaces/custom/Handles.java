package dev.mayfly.hostinterfaces.custom;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Method handles in the few forms that are called here. */
final class Handles {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType OF_ARRAY = MethodType.methodType(Object.class, Object[].class);
    private static final MethodType OF_OBJECT = MethodType.methodType(Object.class, Object.class);

    private Handles() {}

    /** From an array of its arguments; a method's receiver is the first of them. */
    static MethodHandle ofArray(Method method) throws IllegalAccessException {
        open(method);
        MethodHandle handle = LOOKUP.unreflect(method);
        return spread(handle);
    }

    static MethodHandle ofArray(Constructor<?> constructor) throws IllegalAccessException {
        open(constructor);
        return spread(LOOKUP.unreflectConstructor(constructor));
    }

    /** From a record to one of its components. */
    static MethodHandle ofObject(Method accessor) throws IllegalAccessException {
        open(accessor);
        return LOOKUP.unreflect(accessor).asType(OF_OBJECT);
    }

    private static MethodHandle spread(MethodHandle handle) {
        return handle.asFixedArity()
                .asSpreader(Object[].class, handle.type().parameterCount())
                .asType(OF_ARRAY);
    }

    private static void open(AccessibleObject member) throws IllegalAccessException {
        if (!member.trySetAccessible()) {
            throw new IllegalAccessException(
                    "is not accessible: make it public and export its package, or open that to dev.mayfly.hostinterfaces");
        }
    }

    static Object make(MethodHandle constructor, @Nullable Object[] components) {
        try {
            return (Object) constructor.invokeExact(components);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a record can't be made", e);
        }
    }

    static Object component(MethodHandle accessor, Object value) {
        try {
            Object component = (Object) accessor.invokeExact(value);
            return java.util.Objects.requireNonNull(component, "a record's component");
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a record can't be read", e);
        }
    }
}

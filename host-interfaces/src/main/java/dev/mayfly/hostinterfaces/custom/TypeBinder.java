package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.hostinterfaces.custom.WitType.EnumOf;
import dev.mayfly.hostinterfaces.custom.WitType.FlagsOf;
import dev.mayfly.hostinterfaces.custom.WitType.HandleOf;
import dev.mayfly.hostinterfaces.custom.WitType.ListOf;
import dev.mayfly.hostinterfaces.custom.WitType.Named;
import dev.mayfly.hostinterfaces.custom.WitType.OptionOf;
import dev.mayfly.hostinterfaces.custom.WitType.RecordOf;
import dev.mayfly.hostinterfaces.custom.WitType.ResultOf;
import dev.mayfly.hostinterfaces.custom.WitType.Scalar;
import dev.mayfly.hostinterfaces.custom.WitType.TupleOf;
import dev.mayfly.hostinterfaces.custom.WitType.VariantOf;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the codec between a WIT type and a Java type, or notes why there is none. The package's documentation says what fits what. */
final class TypeBinder {
    private final List<String> differences = new ArrayList<>();
    /** Classes of resources, by their names; known once something makes one. */
    private final Map<String, Class<?>> resources = new HashMap<>();

    List<String> differences() {
        return differences;
    }

    void differ(String where, String what) {
        differences.add(where + ": " + what);
    }

    @Nullable
    Class<?> resource(String name) {
        return resources.get(name);
    }

    Codec bind(WitType type, Type java, String where) {
        Class<?> raw = raw(java);
        return switch (type) {
            case Scalar scalar -> scalar(scalar, raw, where);
            case ListOf(WitType item) ->
                raw == List.class
                        ? Codecs.list(bind(item, argument(java, 0), where + " item"))
                        : not(type, java, where);
            case OptionOf(WitType value) ->
                raw == Optional.class
                        ? Codecs.option(bind(value, argument(java, 0), where + " value"))
                        : not(type, java, where);
            case ResultOf(WitType ok, WitType error) ->
                raw == Result.class
                        ? Codecs.result(
                                payload(ok, argument(java, 0), where + " ok"),
                                payload(error, argument(java, 1), where + " error"))
                        : not(type, java, where);
            case TupleOf(List<WitType> items) -> tuple(items, raw, where);
            case RecordOf(List<Named> fields) -> record(fields, raw, where);
            case VariantOf(List<Named> cases) -> variant(cases, raw, where);
            case EnumOf(List<Named> cases) -> Codecs.enumeration(constants(cases, raw, where));
            case FlagsOf(List<Named> flags) -> {
                if (raw != Set.class) {
                    yield not(type, java, where);
                }
                Class<?> constants = raw(argument(java, 0));
                yield Codecs.flags(constants, constants(flags, constants, where));
            }
            case HandleOf handle -> handle(handle, raw, where);
        };
    }

    private @Nullable Codec payload(@Nullable WitType type, Type java, String where) {
        if (type != null) {
            return bind(type, java, where);
        }
        if (java != Void.class) {
            differ(where, "has no payload, so it is Void and not " + java.getTypeName());
        }
        return null;
    }

    private Codec not(Object type, Type java, String where) {
        String expected = switch (type) {
            case ListOf any -> "List<…>";
            case OptionOf any -> "Optional<…>";
            case ResultOf any -> "Result<…>";
            case FlagsOf any -> "Set<…> of an enum";
            default -> String.valueOf(type);
        };
        differ(where, "is " + expected + " and not " + java.getTypeName());
        return Codecs.NONE;
    }

    private Codec scalar(Scalar type, Class<?> java, String where) {
        Codec codec = switch (type) {
            case BOOL -> is(java, boolean.class, Boolean.class) ? Codecs.BOOL : null;
            case F32 -> is(java, float.class, Float.class) ? Codecs.FLOAT : null;
            case F64 -> is(java, double.class, Double.class) ? Codecs.DOUBLE : null;
            case CHAR -> is(java, int.class, Integer.class) ? Codecs.CHAR : null;
            case STRING -> java == String.class ? Codecs.STRING : null;
            default -> integer(type, java);
        };
        if (codec == null) {
            differ(where, "no " + java.getTypeName() + " holds " + type);
            return Codecs.NONE;
        }
        return codec;
    }

    private static boolean is(Class<?> java, Class<?> primitive, Class<?> boxed) {
        return java == primitive || java == boxed;
    }

    private static @Nullable Codec integer(Scalar type, Class<?> java) {
        if (is(java, long.class, Long.class)) {
            return Codecs.integer(type, value -> value);
        }
        if (is(java, int.class, Integer.class)) {
            return integer(type, Integer.MIN_VALUE, Integer.MAX_VALUE, value -> (int) value);
        }
        if (is(java, short.class, Short.class)) {
            return integer(type, Short.MIN_VALUE, Short.MAX_VALUE, value -> (short) value);
        }
        return is(java, byte.class, Byte.class)
                ? integer(type, Byte.MIN_VALUE, Byte.MAX_VALUE, value -> (byte) value)
                : null;
    }

    private static @Nullable Codec integer(Scalar type, long min, long max, LongFunction<Object> box) {
        return type.min >= min && type.max <= max ? Codecs.integer(type, box) : null;
    }

    private Codec tuple(List<WitType> items, Class<?> java, String where) {
        RecordComponent[] components = java.getRecordComponents();
        if (components == null || components.length != items.size()) {
            differ(
                    where,
                    "is a tuple, so it is a record with " + items.size() + " components and not " + java.getName());
            return Codecs.NONE;
        }
        Codec[] codecs = new Codec[items.size()];
        int[] positions = new int[items.size()];
        for (int i = 0; i < codecs.length; i++) {
            codecs[i] = bind(items.get(i), components[i].getGenericType(), where + "." + components[i].getName());
            positions[i] = i;
        }
        return record(java, components, codecs, positions, where);
    }

    private Codec record(List<Named> fields, Class<?> java, String where) {
        RecordComponent[] components = java.getRecordComponents();
        if (components == null) {
            differ(where, "is a record and not " + java.getName());
            return Codecs.NONE;
        }
        Codec[] codecs = new Codec[fields.size()];
        int[] positions = new int[fields.size()];
        for (int i = 0; i < codecs.length; i++) {
            Named field = fields.get(i);
            int position = position(components, Names.camelCase(field.name()));
            if (position < 0 || field.type() == null) {
                differ(where, java.getName() + " has no component " + Names.camelCase(field.name()));
                codecs[i] = Codecs.NONE;
            } else {
                codecs[i] = bind(field.type(), components[position].getGenericType(), where + "." + field.name());
                positions[i] = position;
            }
        }
        Arrays.stream(components)
                .map(RecordComponent::getName)
                .filter(name -> fields.stream().noneMatch(field -> Names.isCalled(name, Names.camelCase(field.name()))))
                .forEach(name -> differ(where, "has no field for the component " + name + " of " + java.getName()));
        return components.length == codecs.length ? record(java, components, codecs, positions, where) : Codecs.NONE;
    }

    private static int position(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (Names.isCalled(components[i].getName(), name)) {
                return i;
            }
        }
        return -1;
    }

    private Codec record(Class<?> java, RecordComponent[] components, Codec[] codecs, int[] positions, String where) {
        try {
            MethodHandle[] accessors = new MethodHandle[codecs.length];
            for (int i = 0; i < accessors.length; i++) {
                accessors[i] = Handles.ofObject(components[positions[i]].getAccessor());
            }
            return Codecs.record(Handles.ofArray(constructor(java)), accessors, codecs, positions);
        } catch (IllegalAccessException e) {
            differ(where, java.getName() + " " + e.getMessage());
            return Codecs.NONE;
        }
    }

    private static Constructor<?> constructor(Class<?> java) {
        Class<?>[] types = Arrays.stream(java.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return java.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its canonical constructor: " + java, e);
        }
    }

    private Codec variant(List<Named> cases, Class<?> java, String where) {
        Class<?>[] permitted = java.getPermittedSubclasses();
        if (permitted == null || !java.isInterface()) {
            differ(where, "is a variant, so it is a sealed interface and not " + java.getName());
            return Codecs.NONE;
        }
        Map<String, Class<?>> classes =
                Stream.of(permitted).collect(Collectors.toMap(Class::getSimpleName, any -> any, (one, other) -> one));
        List<Codecs.Case> bound = new ArrayList<>();
        for (Named each : cases) {
            Class<?> found = classes.remove(Names.className(each.name()));
            int payloads = each.type() == null ? 0 : 1;
            if (found == null || !found.isRecord() || found.getRecordComponents().length != payloads) {
                differ(
                        where,
                        java.getName() + " has no record " + Names.className(each.name()) + " with "
                                + (payloads == 0 ? "no component" : "one component"));
            } else {
                bindCase(each, found, where, bound);
            }
        }
        classes.keySet().forEach(name -> differ(where, "has no case for " + name + " of " + java.getName()));
        return Codecs.variant(bound);
    }

    private void bindCase(Named each, Class<?> java, String where, List<Codecs.Case> bound) {
        try {
            MethodHandle make = Handles.ofArray(constructor(java));
            if (each.type() == null) {
                bound.add(new Codecs.Case(java, make, null, null));
                return;
            }
            RecordComponent component = java.getRecordComponents()[0];
            Codec codec = bind(each.type(), component.getGenericType(), where + "." + each.name());
            bound.add(new Codecs.Case(java, make, Handles.ofObject(component.getAccessor()), codec));
        } catch (IllegalAccessException e) {
            differ(where, java.getName() + " " + e.getMessage());
        }
    }

    /** An enum's constants in the order of WIT's names. */
    private List<Enum<?>> constants(List<Named> names, Class<?> java, String where) {
        if (!java.isEnum()) {
            differ(where, "is an enum and not " + java.getName());
            return List.of();
        }
        Map<String, Enum<?>> left = new HashMap<>();
        for (Object constant : java.getEnumConstants()) {
            left.put(((Enum<?>) constant).name(), (Enum<?>) constant);
        }
        List<Enum<?>> constants = new ArrayList<>();
        for (Named name : names) {
            Enum<?> constant = left.remove(Names.constant(name.name()));
            if (constant == null) {
                differ(where, java.getName() + " has no constant " + Names.constant(name.name()));
            } else {
                constants.add(constant);
            }
        }
        left.keySet().forEach(name -> differ(where, "has no case for the constant " + name + " of " + java.getName()));
        return constants;
    }

    private Codec handle(HandleOf handle, Class<?> java, String where) {
        if (handle.isBuffer()) {
            return java == BufferHandle.class ? Codecs.BUFFER : not(BufferHandle.class.getSimpleName(), java, where);
        }
        Class<?> known = resources.putIfAbsent(handle.resource(), java);
        if (!AutoCloseable.class.isAssignableFrom(java)) {
            differ(where, "is the resource " + handle.resource() + ", so " + java.getName() + " must be AutoCloseable");
        } else if (known != null && known != java) {
            differ(
                    where,
                    "is the resource " + handle.resource() + ", which is " + known.getName() + " elsewhere and not "
                            + java.getName());
        }
        return Codecs.resource(handle.owned(), java);
    }

    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> any -> any;
            case ParameterizedType generic -> (Class<?>) generic.getRawType();
            case WildcardType wildcard -> raw(wildcard.getUpperBounds()[0]);
            default -> Object.class;
        };
    }

    /** A generic type's argument; Object for a raw type. */
    static Type argument(Type type, int index) {
        return switch (type) {
            case ParameterizedType generic -> generic.getActualTypeArguments()[index];
            case WildcardType wildcard -> argument(wildcard.getUpperBounds()[0], index);
            default -> Object.class;
        };
    }
}

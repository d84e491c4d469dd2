package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.engine.WitFile;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.custom.WitType.HandleOf;
import dev.mayfly.hostinterfaces.custom.WitType.ResultOf;
import dev.mayfly.hostinterfaces.custom.WitType.Signature;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds the method for each function of an interface, and notes everything that doesn't fit. */
final class MethodBinder {
    private static final String METHOD = "[method]";
    private static final String STATIC = "[static]";
    private static final String CONSTRUCTOR = "[constructor]";

    private final Object object;
    private final TypeBinder types = new TypeBinder();

    MethodBinder(Object object) {
        this.object = object;
    }

    List<String> differences() {
        return types.differences();
    }

    /** What makes resources comes before their methods: that tells their classes. */
    List<WitFile.Function> inOrder(List<WitFile.Function> functions) {
        return functions.stream()
                .sorted(Comparator.comparing(function -> function.name().startsWith(METHOD)))
                .toList();
    }

    /** The function as it is called, or null when there is a difference. */
    @Nullable
    CustomFunction bind(WitFile.Function function) {
        String name = function.name();
        if (!function.refusal().isEmpty()) {
            types.differ(name, function.refusal());
            return null;
        }
        Signature signature = Signature.parse(function.signature());
        Class<?> declaring = declaring(name);
        if (declaring == null) {
            types.differ(name, "nothing makes this resource, so its class isn't known");
            return null;
        }
        boolean onResource = name.startsWith(METHOD);
        String methodName = methodName(name);
        int count = signature.parameters().size() - (onResource ? 1 : 0);
        List<Method> found = Arrays.stream(declaring.getMethods())
                .filter(method -> !method.isBridge() && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> Names.isCalled(method.getName(), methodName))
                .filter(method -> method.getParameterCount() - (takesCall(method) ? 1 : 0) == count)
                .toList();
        if (found.size() != 1) {
            types.differ(
                    name,
                    declaring.getName() + " has " + (found.isEmpty() ? "no" : "more than one") + " public method "
                            + methodName + " with " + count + (count == 1 ? " parameter" : " parameters"));
            return null;
        }
        return bind(name, signature, found.getFirst(), onResource);
    }

    private @Nullable Class<?> declaring(String function) {
        return function.startsWith(METHOD)
                ? types.resource(function.substring(METHOD.length(), function.indexOf('.')))
                : object.getClass();
    }

    /** {@code find-item}, {@code [method]basket.add}, {@code [static]basket.open}, {@code [constructor]basket} */
    private static String methodName(String function) {
        if (function.startsWith(CONSTRUCTOR)) {
            return "new" + Names.className(function.substring(CONSTRUCTOR.length()));
        }
        if (function.startsWith(STATIC)) {
            return Names.camelCase(function.substring(STATIC.length()).replace('.', '-'));
        }
        return Names.camelCase(function.substring(function.indexOf('.') + 1));
    }

    private static boolean takesCall(Method method) {
        return method.getParameterCount() > 0 && method.getParameterTypes()[0] == OperationCall.class;
    }

    private @Nullable CustomFunction bind(String name, Signature signature, Method method, boolean onResource) {
        boolean takesCall = takesCall(method);
        Type[] java = method.getGenericParameterTypes();
        List<Codec> parameters = new ArrayList<>();
        for (int i = 0; i < signature.parameters().size(); i++) {
            WitType type = signature.parameters().get(i);
            if (onResource && i == 0) {
                parameters.add(Codecs.resource(((HandleOf) type).owned(), method.getDeclaringClass()));
            } else {
                int position = i - (onResource ? 1 : 0) + (takesCall ? 1 : 0);
                parameters.add(types.bind(type, java[position], name + " parameter " + (i + (onResource ? 0 : 1))));
            }
        }
        Type returned = method.getGenericReturnType();
        if (CompletionStage.class.isAssignableFrom(TypeBinder.raw(returned))) {
            returned = TypeBinder.argument(returned, 0);
        }
        boolean throwsErrors = false;
        WitType result = signature.result();
        if (result instanceof ResultOf(WitType ok, WitType error)
                && WitType.HOST_ERROR.equals(error)
                && TypeBinder.raw(returned) != Result.class) {
            throwsErrors = true;
            result = ok;
        }
        Codec answer = answer(name, result, returned);
        try {
            return new CustomFunction(
                    name,
                    Handles.ofArray(method),
                    onResource ? null : object,
                    takesCall,
                    parameters,
                    answer,
                    throwsErrors);
        } catch (IllegalAccessException e) {
            types.differ(name, method + " " + e.getMessage());
            return null;
        }
    }

    private @Nullable Codec answer(String name, @Nullable WitType result, Type returned) {
        boolean isVoid = returned == void.class || returned == Void.class;
        if (result == null) {
            if (!isVoid) {
                types.differ(name + " result", "is nothing and not " + returned.getTypeName());
            }
            return null;
        }
        if (isVoid) {
            types.differ(name + " result", "is something and not void");
            return null;
        }
        return types.bind(result, returned, name + " result");
    }
}

package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.WitFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An interface of a WIT file, bound to an object that answers its functions. The package's documentation says which types fit.
 *
 * <p>Immutable; threads: any. The object's methods are called by many threads at once.
 */
public final class CustomInterface {
    private final WitFile.Interface description;
    private final Map<String, CustomFunction> functions;

    private CustomInterface(WitFile.Interface description, Map<String, CustomFunction> functions) {
        this.description = description;
        this.functions = functions;
    }

    /**
     * Binds a file's only interface.
     *
     * @throws MayflyException.Invalid when the file is no WIT or has another number of interfaces with functions, or the object's class doesn't fit:
     *     with all differences, one a line
     */
    public static CustomInterface of(Path wit, Object object) {
        List<WitFile.Interface> found = WitFile.read(wit).interfaces().stream()
                .filter(any -> !any.functions().isEmpty())
                .toList();
        if (found.size() != 1) {
            throw new MayflyException.Invalid(
                    wit + " has " + found.size() + " interfaces with functions: say by its name which one is meant");
        }
        return bind(found.getFirst(), object);
    }

    /**
     * Binds one of a file's interfaces.
     *
     * @param name without package and version: {@code catalog}
     * @throws MayflyException.Invalid as above, or when there is none of that name
     */
    public static CustomInterface of(Path wit, String name, Object object) {
        return WitFile.read(wit).interfaces().stream()
                .filter(any -> simpleName(any.id()).equals(name))
                .findFirst()
                .map(found -> bind(found, object))
                .orElseThrow(() -> new MayflyException.Invalid(wit + " has no interface " + name));
    }

    /** {@code shop:pricing/catalog@0.1.0}: {@code catalog} */
    private static String simpleName(String id) {
        int version = id.indexOf('@');
        return id.substring(id.indexOf('/') + 1, version < 0 ? id.length() : version);
    }

    private static CustomInterface bind(WitFile.Interface description, Object object) {
        String id = description.id();
        if (id.startsWith("mayfly:") || id.startsWith("wasi:")) {
            throw new MayflyException.Invalid(id + " is not a program's to offer: choose a package name of your own");
        }
        MethodBinder binder = new MethodBinder(object);
        Map<String, CustomFunction> functions = new HashMap<>();
        for (WitFile.Function function : binder.inOrder(description.functions())) {
            CustomFunction bound = binder.bind(function);
            if (bound != null) {
                functions.put(function.name(), bound);
            }
        }
        if (!binder.differences().isEmpty()) {
            throw new MayflyException.Invalid(object.getClass().getName() + " is not what " + id + " describes:\n"
                    + binder.differences().stream()
                            .map(difference -> "  " + difference)
                            .collect(Collectors.joining("\n")));
        }
        return new CustomInterface(description, Map.copyOf(functions));
    }

    /** Package, name and version, as components import it. */
    public String id() {
        return description.id();
    }

    /** What the engine is told of it. */
    public WitFile.Interface description() {
        return description;
    }

    @Nullable
    CustomFunction function(String name) {
        return functions.get(name);
    }
}

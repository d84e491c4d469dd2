package dev.mayfly.host.bindings;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.hostinterfaces.BindingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host's configuration file, {@value #NAME}:
 *
 * <pre>
 *   bindings:
 *     sessions:                         # the name that deployments give
 *       kind: kv
 *       provider: redis
 *       host: redis.example
 *       password: {env: REDIS_PASSWORD} # or {file: PATH}
 *     orders-db:
 *       kind: sql
 *       provider: sqlite
 *       file: orders.sqlite             # relative to this file
 *       concurrency: 4                  # operations that one function may have going at once
 *       tenants: [default, acme]        # whose functions may use it; [default] unless given, ['*'] = all
 * </pre>
 *
 * <p>What each provider's settings are is in {@link Providers}. Whatever the file has that isn't known is refused, with the line it is on.
 */
public final class BindingsFile {
    public static final String NAME = "mayfly.yaml";

    private static final int COUNT_MAX = 1_000;
    private static final Pattern BINDING_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62})");
    private static final String TOP = "bindings";

    private final Path file;
    private final Map<String, String> environment;

    private BindingsFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /**
     * Reads a file.
     *
     * @param environment where credentials may be
     * @return what it declares, in its order
     * @throws MayflyException.Invalid when something in it is wrong, or it can't be read: with file, line and what is allowed
     */
    public static List<DeclaredBinding> read(Path file, Map<String, String> environment) {
        try {
            YamlNode root = YamlNode.parse(file, Files.readString(file));
            return new BindingsFile(file, environment).declared(root);
        } catch (IOException e) {
            throw new MayflyException.Invalid("the configuration file " + file + " can't be read: " + e);
        }
    }

    private List<DeclaredBinding> declared(@Nullable YamlNode root) {
        if (root == null || isEmpty(root)) {
            return List.of();
        }
        Map<String, YamlNode> top = entries(root, "the file");
        top.forEach((key, value) -> {
            if (!key.equals(TOP)) {
                throw wrong(value.line(), key + " is unknown; there is " + TOP);
            }
        });
        YamlNode bindings = top.get(TOP);
        if (bindings == null || isEmpty(bindings)) {
            return List.of();
        }
        Map<String, YamlNode> named = entries(bindings, TOP);
        if (named.size() > COUNT_MAX) {
            throw wrong(bindings.line(), "there are " + named.size() + " bindings, binding-count-max is " + COUNT_MAX);
        }
        List<DeclaredBinding> declared = new ArrayList<>();
        named.forEach((name, settings) -> declared.add(binding(name, settings)));
        return declared;
    }

    private DeclaredBinding binding(String name, YamlNode node) {
        if (!BINDING_NAME.matcher(name).matches()) {
            throw wrong(
                    node.line(),
                    "'" + name + "' is no binding's name: 1 to 63 letters, digits, dots, hyphens and underscores, the"
                            + " first a letter or digit");
        }
        if (!(node instanceof YamlNode.Entries entries)) {
            throw wrong(node.line(), "binding " + name + " must be a mapping with kind, provider and settings");
        }
        Settings settings = new Settings(file, name, entries, environment);
        Map<String, BindingKind> kinds = Providers.kinds();
        BindingKind kind = Objects.requireNonNull(kinds.get(settings.word("kind", kinds.keySet(), null)));
        Map<String, Providers.Reader> readers = Providers.of(kind);
        String only = readers.size() == 1 ? readers.keySet().iterator().next() : null;
        String provider = settings.word("provider", readers.keySet(), only);
        try {
            Providers.Prepared prepared =
                    Objects.requireNonNull(readers.get(provider)).read(settings);
            int concurrency = settings.count("concurrency", prepared.concurrencyMax());
            if (concurrency < 1) {
                throw settings.wrong(entries.line(), "concurrency=" + concurrency + " must be positive");
            }
            return new DeclaredBinding(
                    name, kind, provider, concurrency, tenants(settings), settings.place(), prepared.opening());
        } catch (WrongSettingException e) {
            throw e;
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            throw settings.wrong(entries.line(), String.valueOf(e.getMessage()));
        }
    }

    /** Only the operator's own functions, unless the file says otherwise: a tenant gets nothing by accident. */
    private static Set<String> tenants(Settings settings) {
        List<String> tenants = settings.texts(Settings.TENANTS);
        for (String tenant : tenants) {
            if (!tenant.equals(DeclaredBinding.ALL_TENANTS) && !FunctionName.isValid(tenant)) {
                throw settings.wrong(Settings.TENANTS, "'" + tenant + "' is no tenant's name; '*' stands for all");
            }
        }
        return tenants.isEmpty() ? Set.of(Tenant.DEFAULT.name()) : Set.copyOf(tenants);
    }

    private static boolean isEmpty(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar && scalar.text() == null;
    }

    private Map<String, YamlNode> entries(YamlNode node, String what) {
        if (node instanceof YamlNode.Entries entries) {
            return entries.entries();
        }
        throw wrong(node.line(), what + " must be a mapping of names to what they are");
    }

    private WrongSettingException wrong(int line, String sentence) {
        return new WrongSettingException(file, line, sentence);
    }
}

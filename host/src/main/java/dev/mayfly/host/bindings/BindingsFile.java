package dev.mayfly.host.bindings;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.WrongSettingException;
import dev.mayfly.host.config.YamlNode;
import dev.mayfly.hostinterfaces.BindingKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code mayfly.yaml} declares for functions. What else it has is {@link HostConfiguration}'s.
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
 * <p>What each provider's settings are is in {@link Providers}. Whatever is there that isn't known is refused, with its place.
 */
public final class BindingsFile {
    /** Limit {@code binding-count-max}. */
    private static final int COUNT_MAX = 1_000;

    private static final Pattern BINDING_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62})");

    private static final System.Logger LOG = System.getLogger(BindingsFile.class.getName());

    private final Path file;
    private final Map<String, String> environment;
    private final List<DeclaredBinding> declared = new ArrayList<>();
    private final List<WrongSettingException> wrong = new ArrayList<>();

    /** A set, as a binding may be read more than once. */
    private final Set<String> warnings = new LinkedHashSet<>();

    private BindingsFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /**
     * Reads a file.
     *
     * @param environment where credentials may be
     * @return what it declares, in its order
     * @throws MayflyException.Invalid when something in it is wrong, or it can't be read: a line each with file, place and what is allowed
     */
    public static List<DeclaredBinding> read(Path file, Map<String, String> environment) {
        BindingsFile bindings = new BindingsFile(file, environment);
        bindings.addAll(HostConfiguration.bindingsOf(file));
        if (!bindings.wrong.isEmpty()) {
            throw new MayflyException.Invalid(
                    bindings.wrong.stream().map(MayflyException::getMessage).collect(Collectors.joining("\n")));
        }
        return List.copyOf(bindings.declared);
    }

    /**
     * All that is wrong with a file's bindings.
     *
     * @param section null = there is none
     */
    public static List<WrongSettingException> check(
            Path file, @Nullable YamlNode section, Map<String, String> environment) {
        BindingsFile bindings = new BindingsFile(file, environment);
        bindings.addAll(section);
        return List.copyOf(bindings.wrong);
    }

    private void addAll(@Nullable YamlNode section) {
        if (section == null || section.isEmpty()) {
            return;
        }
        if (!(section instanceof YamlNode.Entries named)) {
            refuse(section.place(), "bindings must be a mapping of names to what they are");
        } else if (named.entries().size() > COUNT_MAX) {
            refuse(
                    section.place(),
                    "there are " + named.entries().size() + " bindings, binding-count-max is " + COUNT_MAX);
        } else {
            named.entries().forEach((name, node) -> add(name, named.keyPlace(name), node));
            warnings.forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
        }
    }

    private void add(String name, Place place, YamlNode node) {
        if (!BINDING_NAME.matcher(name).matches()) {
            refuse(
                    place,
                    "'" + name + "' is no binding's name: 1 to 63 letters, digits, dots, hyphens and underscores, the"
                            + " first a letter or digit");
        } else if (node instanceof YamlNode.Entries entries) {
            add(name, entries);
        } else {
            refuse(node.place(), "binding " + name + " must be a mapping with kind, provider and settings");
        }
    }

    /** What is wrong with one key need not hide what is wrong with the next: it is read again without the first. */
    private void add(String name, YamlNode.Entries entries) {
        YamlNode.Entries left = entries;
        while (true) {
            try {
                declared.add(binding(name, left));
                return;
            } catch (WrongSettingException e) {
                boolean isFirst = left.equals(entries);
                String key = e.key();
                if (isFirst || key != null) {
                    wrong.add(e);
                }
                if (key == null || !left.entries().containsKey(key)) {
                    return;
                }
                left = left.without(key);
            }
        }
    }

    private DeclaredBinding binding(String name, YamlNode.Entries entries) {
        Settings settings = new Settings(file, name, entries, environment, warnings::add);
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
                throw settings.wrong("concurrency", concurrency + " must be positive");
            }
            return new DeclaredBinding(
                    name,
                    kind,
                    provider,
                    concurrency,
                    tenants(settings),
                    settings.place().toString(),
                    prepared.opening());
        } catch (WrongSettingException e) {
            throw e;
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            throw settings.wrong(String.valueOf(e.getMessage()));
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

    private void refuse(Place place, String sentence) {
        wrong.add(new WrongSettingException(place, sentence));
    }
}

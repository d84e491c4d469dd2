package dev.mayfly.host.config;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.HostConfig;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a host is told, put together from all {@linkplain Origin origins}, with everything that is wrong in them.
 *
 * <p>Helidon's configuration merges the origins. Reading the file is {@link YamlNode}'s: it knows places and follows no aliases.
 */
public final class HostConfiguration {
    public static final String FILE_NAME = "mayfly.yaml";

    /** The section that is not this class's. */
    public static final String BINDINGS = "bindings";

    private static final String NO_MAPPING = "the file must be a mapping of names to what they are";

    private final @Nullable Path file;
    private final @Nullable YamlNode bindings;
    private final Config texts;
    private final Config places;
    private final Config origins;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final HostConfig config;

    private HostConfiguration(@Nullable Path file, @Nullable YamlNode bindings, List<ConfigLayer> layers) {
        this.file = file;
        this.bindings = bindings;
        texts = merged(layers, ConfigLayer::values);
        places = merged(layers, ConfigLayer::places);
        origins = merged(layers, HostConfiguration::origins);
        layers.forEach(layer -> problems.addAll(layer.problems()));
        config = compose();
    }

    /**
     * Where to look.
     *
     * @param file null = {@code MAYFLY_CONFIG}, {@code mayfly.config}, or {@value #FILE_NAME} in the data folder if there is one
     * @param properties the system's
     * @param options by the settings' keys
     */
    public record Sources(
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> properties,
            Map<String, String> options) {
        private @Nullable Path namedFile() {
            if (file != null) {
                return file;
            }
            String name = properties.getOrDefault("mayfly.config", environment.getOrDefault("MAYFLY_CONFIG", ""));
            return name.isBlank() ? null : Path.of(name);
        }
    }

    /**
     * A value that a host is started with.
     *
     * @param text null where there is none
     * @param origin what it comes from
     * @param place where in there
     */
    public record Value(Setting<?> setting, @Nullable String text, Origin origin, String place) {}

    /** Reads everything; what is wrong is in {@link #problems}. */
    public static HostConfiguration read(Sources sources) {
        List<ConfigLayer> layers = new ArrayList<>(List.of(
                ConfigLayer.ofOptions(sources.options()),
                ConfigLayer.ofProperties(sources.properties()),
                ConfigLayer.ofEnvironment(sources.environment())));
        Path named = sources.namedFile();
        Path file = named;
        if (file == null) {
            Path inDataFolder = merged(layers, ConfigLayer::values)
                    .get(HostSettings.DATA_FOLDER)
                    .asString()
                    .map(Path::of)
                    .orElse(HostSettings.DEFAULTS.dataFolder())
                    .resolve(FILE_NAME);
            if (!Files.exists(inDataFolder)) {
                return new HostConfiguration(null, null, layers);
            }
            file = inDataFolder;
        }
        YamlNode bindings = null;
        ConfigLayer layer = ConfigLayer.ofFile(new YamlNode.Entries(new Place(file, 1, 1), Map.of(), Map.of()));
        try {
            YamlNode root = YamlNode.read(file);
            if (root instanceof YamlNode.Entries entries) {
                layer = ConfigLayer.ofFile(entries);
                bindings = entries.entries().get(BINDINGS);
                if (named == null) {
                    requireOwnFolder(layer, file);
                }
            } else if (root != null && !root.isEmpty()) {
                layer.refuse(root.place().toString(), NO_MAPPING);
            }
        } catch (WrongSettingException wrong) {
            layer.problems().add(ConfigProblem.of(wrong));
        } catch (MayflyException.Invalid unreadable) {
            layer.refuse(file.toString(), unreadable.safeMessage());
        }
        layers.add(layer);
        return new HostConfiguration(file, bindings, layers);
    }

    /** A file in the data folder is found too late to say that the folder is another. */
    private static void requireOwnFolder(ConfigLayer layer, Path file) {
        String folder = layer.values().get(HostSettings.DATA_FOLDER);
        if (folder != null
                && !Path.of(folder).equals(file.toAbsolutePath().normalize().getParent())) {
            layer.refuse(
                    layer.places().getOrDefault(HostSettings.DATA_FOLDER, ""),
                    "this file was found in another data folder; say --config and its path, or name the folder by"
                            + " --data-folder or " + Setting.variable(HostSettings.DATA_FOLDER));
        }
    }

    /**
     * The bindings of a file whose other settings somebody else has read, or nobody needs.
     *
     * @return null where there are none
     * @throws MayflyException.Invalid when it can't be read, or has a section that isn't known
     */
    public static @Nullable YamlNode bindingsOf(Path file) {
        YamlNode root = YamlNode.read(file);
        if (root == null || root.isEmpty()) {
            return null;
        }
        if (!(root instanceof YamlNode.Entries entries)) {
            throw new WrongSettingException(root.place(), NO_MAPPING);
        }
        Set<String> sections = HostSettings.namesIn("");
        sections.add(BINDINGS);
        entries.entries().keySet().forEach(key -> {
            if (!sections.contains(key)) {
                throw new WrongSettingException(
                        entries.keyPlace(key), key + " is unknown; " + Suggestion.among(key, sections));
            }
        });
        return entries.entries().get(BINDINGS);
    }

    /** The first that has a key has its say. */
    private static Config merged(List<ConfigLayer> layers, Function<ConfigLayer, Map<String, String>> content) {
        List<Supplier<? extends ConfigSource>> sources = new ArrayList<>();
        layers.forEach(layer -> {
            ConfigSource source = ConfigSources.create(content.apply(layer)).build();
            sources.add(() -> source);
        });
        return Config.builder()
                .sources(sources)
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .disableKeyResolving()
                .disableValueResolving()
                .disableFilterServices()
                .disableMapperServices()
                .disableParserServices()
                .build();
    }

    private static Map<String, String> origins(ConfigLayer layer) {
        Map<String, String> origins = new LinkedHashMap<>();
        layer.values().keySet().forEach(key -> origins.put(key, layer.origin().name()));
        return origins;
    }

    /** Some limits bound others: what is out of range is tried again when the others are in. */
    private HostConfig compose() {
        HostConfig composed = HostSettings.DEFAULTS.withConfigFile(file);
        Map<Value, String> waiting = new LinkedHashMap<>();
        values().stream().filter(value -> value.origin() != Origin.DEFAULT).forEach(value -> waiting.put(value, ""));
        for (int before = Integer.MAX_VALUE; waiting.size() < before; ) {
            before = waiting.size();
            for (Value value : List.copyOf(waiting.keySet())) {
                try {
                    composed = value.setting().set(composed, String.valueOf(value.text()));
                    waiting.remove(value);
                } catch (MayflyException.Invalid outOfRange) {
                    waiting.put(value, String.valueOf(outOfRange.getMessage()));
                }
            }
        }
        waiting.forEach((value, message) -> problems.add(new ConfigProblem(value.origin(), value.place(), message)));
        return composed.withAccess(composed.access().withTls(tls()));
    }

    private AccessConfig.@Nullable TlsFiles tls() {
        String certificate = texts.get(HostSettings.TLS_CERTIFICATE).asString().orElse(null);
        String key = texts.get(HostSettings.TLS_KEY).asString().orElse(null);
        if (certificate != null && key != null) {
            return new AccessConfig.TlsFiles(Path.of(certificate), Path.of(key));
        }
        if (certificate != null || key != null) {
            String given = certificate == null ? HostSettings.TLS_KEY : HostSettings.TLS_CERTIFICATE;
            String missing = certificate == null ? HostSettings.TLS_CERTIFICATE : HostSettings.TLS_KEY;
            problems.add(new ConfigProblem(origin(given), place(given), given + " needs " + missing + " beside it"));
        }
        return null;
    }

    private Origin origin(String key) {
        return origins.get(key).asString().map(Origin::valueOf).orElse(Origin.DEFAULT);
    }

    private String place(String key) {
        return places.get(key).asString().orElse("");
    }

    /** Everything a host can be told, in the file's order, with what it is. */
    public List<Value> values() {
        List<Value> values = new ArrayList<>();
        HostSettings.known().forEach(setting -> values.add(value(setting)));
        texts.get(HostSettings.TENANT_WEIGHTS).asNodeList().orElse(List.of()).stream()
                .map(weight -> weight.key().toString())
                .sorted(Comparator.naturalOrder())
                .forEach(key -> values.add(value(HostSettings.find(key).orElseThrow())));
        return values;
    }

    private Value value(Setting<?> setting) {
        String text = texts.get(setting.key()).asString().orElseGet(setting::defaultText);
        return new Value(setting, text, origin(setting.key()), place(setting.key()));
    }

    /** All that is wrong; nothing to start a host with while there is something. */
    public List<ConfigProblem> problems() {
        return List.copyOf(problems);
    }

    /** What a host is started with, if there are no {@link #problems}. */
    public HostConfig config() {
        return config;
    }

    /** Null where none was read. */
    public @Nullable Path file() {
        return file;
    }

    /** That section of the file; null where there is none. */
    public @Nullable YamlNode bindings() {
        return bindings;
    }
}

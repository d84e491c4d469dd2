package dev.mayfly.host.config;

import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.ObserveConfig;
import dev.mayfly.host.catalog.FunctionName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Everything that a host can be told, but its bindings. */
public final class HostSettings {
    static final HostConfig DEFAULTS = HostConfig.defaults();

    /** A section with a setting for each of a function's limits. */
    public static final String FUNCTION_DEFAULTS = "function-defaults";

    /** A section with a setting for each tenant, whatever it is called. */
    public static final String TENANT_WEIGHTS = "tenant-weights";

    static final String DATA_FOLDER = "data-folder";

    /** Names a binding that is the host's own. */
    public static final String SNAPSHOT_STORE = "snapshot-store";

    static final String TLS_CERTIFICATE = "tls.certificate";
    static final String TLS_KEY = "tls.key";

    private static final Map<String, Setting<?>> ALL = all();

    private HostSettings() {}

    private static Map<String, Setting<?>> all() {
        List<Setting<?>> settings = new ArrayList<>(List.of(
                new Setting<>(
                        DATA_FOLDER,
                        ValueType.FOLDER,
                        "Where functions and their compiled artifacts are kept; made if it isn't there.",
                        HostConfig::dataFolder,
                        HostConfig::withDataFolder),
                new Setting<>(
                        "drain",
                        ValueType.TIME,
                        "How long requests may take to finish when the host stops.",
                        HostConfig::drain,
                        HostConfig::withDrain),
                access(
                        "functions-public",
                        ValueType.FLAG,
                        "Let everybody call every function, without a key: for development.",
                        AccessConfig::functionsPublic,
                        AccessConfig::withFunctionsPublic),
                new Setting<>(
                        SNAPSHOT_STORE,
                        ValueType.TEXT,
                        "The blob binding that snapshots of warmed functions are archived in, for other hosts too.",
                        HostConfig::snapshotStore,
                        HostConfig::withSnapshotStore),
                new Setting<>(
                        "listen.address",
                        ValueType.TEXT,
                        "Name or IP address to listen on; 0.0.0.0 = all.",
                        HostConfig::address,
                        HostConfig::withAddress),
                new Setting<>(
                        "listen.port",
                        ValueType.PORT,
                        "Port to listen on; 0 = any free one.",
                        HostConfig::port,
                        HostConfig::withPort),
                access(
                        "admin.address",
                        ValueType.TEXT,
                        "Name or IP address on which the admin API listens.",
                        AccessConfig::adminAddress,
                        AccessConfig::withAdminAddress),
                access(
                        "admin.port",
                        ValueType.PORT,
                        "Port of the admin API. Unless given, the one after the port for calls; any free one where that is.",
                        access -> access.adminPort() == AccessConfig.NEXT_PORT ? null : access.adminPort(),
                        AccessConfig::withAdminPort),
                tlsFile(TLS_CERTIFICATE, "PEM certificate chain: both ports speak TLS. Read again when it changes."),
                tlsFile(TLS_KEY, "PEM private key of the certificate."),
                observe(
                        "access-log",
                        ValueType.FILE,
                        "Append a line for each request to a function, a JSON object each; - = standard output.",
                        ObserveConfig::accessLog,
                        ObserveConfig::withAccessLog),
                observe(
                        "log-functions",
                        ValueType.FLAG,
                        "Print what functions log on standard output, a JSON object a line.",
                        ObserveConfig::logFunctions,
                        ObserveConfig::withLogFunctions),
                observe(
                        "timing",
                        ValueType.FLAG,
                        "Tell clients that send Mayfly-Timing: 1 what their calls took.",
                        ObserveConfig::timing,
                        ObserveConfig::withTiming),
                observe(
                        "function-metrics-max",
                        ValueType.COUNT,
                        "Functions with lines of their own in the metrics; others share one.",
                        ObserveConfig::functionMetricsMax,
                        ObserveConfig::withFunctionMetricsMax),
                observe(
                        "otlp-endpoint",
                        ValueType.URL,
                        "Send traces to an OpenTelemetry collector, by OTLP over HTTP, such as http://127.0.0.1:4318.",
                        ObserveConfig::otlpEndpoint,
                        ObserveConfig::withOtlpEndpoint),
                observe(
                        "trace-ratio",
                        ValueType.RATIO,
                        "Of calls that come without a trace, how many are traced, 0 to 1.",
                        ObserveConfig::traceRatio,
                        ObserveConfig::withTraceRatio)));
        settings.addAll(LimitSettings.ALL);
        Arrays.stream(FunctionLimit.values()).map(HostSettings::functionDefault).forEach(settings::add);
        Map<String, Setting<?>> byKey = new LinkedHashMap<>();
        settings.forEach(setting -> byKey.put(setting.key(), setting));
        return Collections.unmodifiableMap(byKey);
    }

    private static <T> Setting<T> access(
            String key,
            ValueType<T> type,
            String description,
            Function<AccessConfig, @Nullable T> reader,
            BiFunction<AccessConfig, T, AccessConfig> writer) {
        return new Setting<>(
                key,
                type,
                description,
                config -> reader.apply(config.access()),
                (config, value) -> config.withAccess(writer.apply(config.access(), value)));
    }

    /** One of two that only make sense together, see {@link HostConfiguration}. */
    private static Setting<Path> tlsFile(String key, String description) {
        return new Setting<>(key, ValueType.FILE, description, config -> null, (config, value) -> config);
    }

    private static <T> Setting<T> observe(
            String name,
            ValueType<T> type,
            String description,
            Function<ObserveConfig, @Nullable T> reader,
            BiFunction<ObserveConfig, T, ObserveConfig> writer) {
        return new Setting<>(
                "observe." + name,
                type,
                description,
                config -> reader.apply(config.observe()),
                (config, value) -> config.withObserve(writer.apply(config.observe(), value)));
    }

    private static Setting<Long> functionDefault(FunctionLimit limit) {
        return new Setting<>(
                FUNCTION_DEFAULTS + "." + limit.label(),
                new ValueType<>("VALUE", limit::parse, limit::text),
                "What a function has whose deployment doesn't say.",
                config -> config.limits().functionDefaults().of(limit),
                (config, value) -> {
                    Map<FunctionLimit, Long> values = new EnumMap<>(FunctionLimit.class);
                    values.putAll(config.limits().functionDefaults().values());
                    values.put(limit, value);
                    return config.withLimits(config.limits().withFunctionDefaults(new FunctionLimits(values)));
                });
    }

    private static Setting<Integer> tenantWeight(String tenant) {
        return new Setting<>(
                TENANT_WEIGHTS + "." + tenant,
                ValueType.COUNT,
                "The tenant's part of a host that is nearly full; 1 where none is given.",
                config -> config.tenantWeights().get(tenant),
                (config, value) -> {
                    Map<String, Integer> weights = new TreeMap<>(config.tenantWeights());
                    weights.put(tenant, value);
                    return config.withTenantWeights(weights);
                });
    }

    /** Those that are known by name, in the order of the file. */
    public static List<Setting<?>> known() {
        return List.copyOf(ALL.values());
    }

    static Optional<Setting<?>> find(String key) {
        if (key.startsWith(TENANT_WEIGHTS + ".")) {
            String tenant = key.substring(TENANT_WEIGHTS.length() + 1);
            return FunctionName.isValid(tenant) ? Optional.of(tenantWeight(tenant)) : Optional.empty();
        }
        return Optional.ofNullable(ALL.get(key));
    }

    static boolean isSection(String name) {
        return name.equals(TENANT_WEIGHTS)
                || ALL.values().stream().anyMatch(setting -> setting.section().equals(name));
    }

    /** What may stand in a section; the empty text is the top of the file. */
    static Set<String> namesIn(String section) {
        Set<String> names = new LinkedHashSet<>();
        for (Setting<?> setting : ALL.values()) {
            if (setting.section().equals(section)) {
                names.add(setting.name());
            } else if (section.isEmpty()) {
                names.add(setting.section());
            }
        }
        if (section.isEmpty()) {
            names.add(TENANT_WEIGHTS);
        }
        return names;
    }

    /** All keys, for suggestions. */
    static Set<String> keys() {
        return ALL.keySet();
    }

    /**
     * The option that sets a limit.
     *
     * @param limit named as in a problem document
     * @return null where there is none
     */
    public static @Nullable String optionOfLimit(String limit) {
        // A time's name in messages may have the unit it is given in there; here the unit stands beside the number.
        Setting<?> setting = ALL.get(LimitSettings.SECTION + "." + limit.replaceFirst("-ms$", ""));
        return setting == null ? null : setting.option();
    }
}

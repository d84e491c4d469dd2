package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.kv.KeyValueLimits;
import dev.mayfly.hostinterfaces.kv.MemoryConfig;
import dev.mayfly.hostinterfaces.kv.MemoryStore;
import dev.mayfly.hostinterfaces.kv.RedisConfig;
import dev.mayfly.hostinterfaces.kv.RedisStore;
import dev.mayfly.hostinterfaces.kv.SqliteConfig;
import dev.mayfly.hostinterfaces.kv.SqliteStore;

/** What may be behind a {@code kv} binding. */
final class KeyValueProviders {
    private static final KeyValueLimits LIMITS = KeyValueLimits.defaults();

    private static final int REDIS_PORT = 6379;

    private KeyValueProviders() {}

    static Providers.Prepared memory(Settings settings) {
        settings.requireKnown("bytes-max");
        MemoryConfig config = new MemoryConfig(
                settings.bytes("bytes-max", MemoryConfig.defaults().bytesMax()));
        return Providers.Prepared.of(() -> MemoryStore.open(config, LIMITS));
    }

    static Providers.Prepared sqlite(Settings settings) {
        settings.requireKnown("file", "bytes-max", "reader-count");
        SqliteConfig defaults = SqliteConfig.of(settings.requiredPath("file"));
        SqliteConfig config = new SqliteConfig(
                defaults.file(),
                settings.bytes("bytes-max", defaults.bytesMax()),
                settings.count("reader-count", defaults.readerCount()));
        return Providers.Prepared.of(() -> SqliteStore.open(config, LIMITS));
    }

    static Providers.Prepared redis(Settings settings) {
        settings.requireKnown(
                "host", "port", "namespace", "username", "password", "tls", "trusted-certificates", "commands");
        RedisConfig config = new RedisConfig(
                settings.requiredText("host"),
                settings.count("port", REDIS_PORT),
                settings.text("namespace", settings.name()),
                settings.text("username"),
                settings.secret("password"),
                settings.flag("tls", false),
                settings.path("trusted-certificates"),
                settings.flag("commands", false));
        return Providers.Prepared.of(() -> RedisStore.open(config, LIMITS));
    }
}

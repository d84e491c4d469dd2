package dev.mayfly.host.bindings;

import dev.mayfly.hostinterfaces.sql.JdbcDatabase;
import dev.mayfly.hostinterfaces.sql.PostgresConfig;
import dev.mayfly.hostinterfaces.sql.SqlLimits;
import dev.mayfly.hostinterfaces.sql.SqliteConfig;

/** What may be behind an {@code sql} binding. */
final class SqlProviders {
    private static final SqlLimits LIMITS = SqlLimits.defaults();

    private SqlProviders() {}

    static Providers.Prepared sqlite(Settings settings) {
        settings.requireKnown("file", "pool-size", "bytes-max");
        SqliteConfig defaults = SqliteConfig.of(settings.requiredPath("file"));
        SqliteConfig config = new SqliteConfig(
                defaults.file(),
                settings.count("pool-size", defaults.poolSize()),
                settings.bytes("bytes-max", defaults.bytesMax()));
        return Providers.Prepared.pooled(config.poolSize(), () -> JdbcDatabase.open(config, LIMITS));
    }

    static Providers.Prepared postgresql(Settings settings) {
        settings.requireKnown("url", "user", "password", "pool-size", "superuser-allowed");
        PostgresConfig defaults = PostgresConfig.of(
                settings.requiredText("url"), settings.requiredText("user"), settings.requiredSecret("password"));
        PostgresConfig config = new PostgresConfig(
                defaults.url(),
                defaults.user(),
                defaults.password(),
                settings.count("pool-size", defaults.poolSize()),
                settings.flag("superuser-allowed", defaults.superuserAllowed()));
        return Providers.Prepared.pooled(config.poolSize(), () -> JdbcDatabase.open(config, LIMITS));
    }
}

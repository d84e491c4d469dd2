/**
 * What a function may ask of its host: one operation table and its providers.
 *
 * <p>Providers hold the connections, so that functions get handles and never a socket or a secret.
 */
module dev.mayfly.hostinterfaces {
    requires transitive dev.mayfly.linkercache;
    requires transitive dev.mayfly.memorypool;
    requires com.zaxxer.hikari;
    requires java.sql;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;
    // Optional, as their dependencies are: only a binding to such a service needs them.
    requires static org.checkerframework.checker.qual;
    requires static org.postgresql.jdbc;

    exports dev.mayfly.hostinterfaces;
    exports dev.mayfly.hostinterfaces.blob;
    exports dev.mayfly.hostinterfaces.http;
    exports dev.mayfly.hostinterfaces.kv;
    exports dev.mayfly.hostinterfaces.messaging;
    exports dev.mayfly.hostinterfaces.sql;
}

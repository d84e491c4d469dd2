/**
 * What a function may ask of its host: one operation table and its providers.
 *
 * <p>Providers hold the connections, so that functions get handles and never a socket or a secret.
 */
module dev.mayfly.hostinterfaces {
    requires transitive dev.mayfly.linkercache;
    requires transitive dev.mayfly.memorypool;
    requires transitive HdrHistogram;
    requires com.github.benmanes.caffeine;
    requires java.sql;
    requires org.apache.httpcomponents.client5.httpclient5;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires org.apache.httpcomponents.core5.httpcore5.h2;
    requires org.xerial.sqlitejdbc;
    // Of use with a server of its own only: whoever embeds Mayfly adds it.
    requires static lettuce.core;
    requires static org.jspecify;

    exports dev.mayfly.hostinterfaces;
    exports dev.mayfly.hostinterfaces.blob;
    exports dev.mayfly.hostinterfaces.http;
    exports dev.mayfly.hostinterfaces.kv;
    exports dev.mayfly.hostinterfaces.messaging;
    exports dev.mayfly.hostinterfaces.secrets;
    exports dev.mayfly.hostinterfaces.sql;
}

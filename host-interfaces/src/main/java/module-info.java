/**
 * What a function may ask of its host: one operation table and its providers.
 *
 * <p>Providers hold the connections, so that functions get handles and never a socket or a secret.
 */
module dev.mayfly.hostinterfaces {
    requires transitive HdrHistogram;
    requires transitive dev.mayfly.linkercache;
    requires transitive dev.mayfly.memorypool;
    requires com.github.benmanes.caffeine;
    requires com.zaxxer.hikari;
    requires java.sql;
    requires org.apache.httpcomponents.client5.httpclient5;
    requires org.apache.httpcomponents.core5.httpcore5.h2;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;
    // Of use with a server of its own only: whoever embeds Mayfly adds them.
    requires static lettuce.core;
    requires static org.checkerframework.checker.qual;
    requires static org.postgresql.jdbc;
    requires static software.amazon.awssdk.auth;
    requires static software.amazon.awssdk.awscore;
    requires static software.amazon.awssdk.core;
    requires static software.amazon.awssdk.http;
    requires static software.amazon.awssdk.http.apache;
    requires static software.amazon.awssdk.http.auth.aws;
    requires static software.amazon.awssdk.http.auth.spi;
    requires static software.amazon.awssdk.identity.spi;
    requires static software.amazon.awssdk.profiles;
    requires static software.amazon.awssdk.regions;
    requires static software.amazon.awssdk.services.s3;
    requires static software.amazon.awssdk.utils;

    exports dev.mayfly.hostinterfaces;
    exports dev.mayfly.hostinterfaces.blob;
    exports dev.mayfly.hostinterfaces.custom;
    exports dev.mayfly.hostinterfaces.http;
    exports dev.mayfly.hostinterfaces.kv;
    exports dev.mayfly.hostinterfaces.messaging;
    exports dev.mayfly.hostinterfaces.secrets;
    exports dev.mayfly.hostinterfaces.sql;
}

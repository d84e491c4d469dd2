/**
 * The server: catalog, routing, HTTP endpoint, admin API and command line.
 *
 * <p>The top of the house: it puts the other modules together into one process.
 */
module dev.mayfly.host {
    requires transitive dev.mayfly.hostinterfaces;
    requires transitive dev.mayfly.snapshots;
    requires HdrHistogram;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires dev.mayfly.client;
    requires info.picocli;
    requires io.helidon.common.configurable;
    requires io.helidon.common.mapper;
    requires io.helidon.common.pki;
    requires io.helidon.common.task;
    requires io.helidon.common.tls;
    requires io.helidon.config;
    requires io.helidon.http.http2;
    requires io.helidon.webserver;
    requires io.helidon.webserver.http2;
    requires io.helidon.webserver.observe;
    requires io.helidon.webserver.observe.health;
    requires io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires io.opentelemetry.exporter.otlp;
    requires io.opentelemetry.sdk.common;
    requires io.opentelemetry.sdk.trace;
    requires io.prometheus.writer.text;
    requires io.prometheus.metrics.instrumentation.jvm;
    requires io.prometheus.metrics.model;
    requires java.logging;
    requires java.net.http;
    requires java.sql;
    requires jdk.unsupported;
    requires org.tomlj;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;

    exports dev.mayfly.host;

    opens dev.mayfly.host.cli to
            info.picocli;
}

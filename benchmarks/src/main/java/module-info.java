/**
 * Measurements: microbenchmarks, the tail-latency suite and comparisons with peers.
 *
 * <p>Nothing depends on this module, and the server runs without it. It is run from the class path, as JMH needs.
 */
module dev.mayfly.benchmarks {
    requires HdrHistogram;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires io.helidon.webserver;
    requires java.management;
    requires java.net.http;
    requires jdk.management;
    requires jmh.core;
    requires org.apache.httpcomponents.client5.httpclient5;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires run.endive.compiler;
    requires run.endive.runtime;
    requires run.endive.wasm;
    requires dev.mayfly.client;
    requires transitive dev.mayfly.host;
    requires wasmtime.java;
    requires static org.jspecify;
}

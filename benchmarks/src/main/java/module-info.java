/**
 * Measurements: microbenchmarks, the tail-latency suite and comparisons with peers.
 *
 * <p>Nothing depends on this module, and the server runs without it.
 */
module dev.mayfly.benchmarks {
    requires transitive dev.mayfly.host;
    requires static org.jspecify;
}

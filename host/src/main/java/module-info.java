/**
 * The server: catalog, routing, HTTP endpoint, admin API and command line.
 *
 * <p>The top of the house: it puts the other modules together into one process.
 */
module dev.mayfly.host {
    requires transitive dev.mayfly.hostinterfaces;
    requires transitive dev.mayfly.snapshots;
    requires io.helidon.webserver;
    requires static org.jspecify;

    exports dev.mayfly.host;
}

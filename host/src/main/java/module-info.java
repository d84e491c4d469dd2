/**
 * The server: catalog, routing, HTTP endpoint, admin API and command line.
 *
 * <p>The top of the house: it puts the other modules together into one process.
 */
module dev.mayfly.host {
    requires transitive dev.mayfly.hostinterfaces;
    requires transitive dev.mayfly.snapshots;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.toml;
    requires info.picocli;
    requires io.helidon.webserver;
    requires java.net.http;
    requires jdk.unsupported;
    requires static org.jspecify;

    exports dev.mayfly.host;

    opens dev.mayfly.host.cli to
            info.picocli;
}

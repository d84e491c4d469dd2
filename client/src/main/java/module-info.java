/**
 * The admin API of a Mayfly host, for Java programs.
 *
 * <p>It stands by itself: a program that manages a host elsewhere needs neither the host nor its engine.
 */
module dev.mayfly.client {
    requires transitive com.fasterxml.jackson.databind;
    requires transitive java.net.http;
    requires static transitive org.jspecify;

    exports dev.mayfly.client;

    // Records are read and written by their components.
    opens dev.mayfly.client to
            com.fasterxml.jackson.databind;
}

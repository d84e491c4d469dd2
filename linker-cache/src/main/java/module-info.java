/**
 * From an uploaded component to a pre-linked, ref-counted function table.
 *
 * <p>A function is compiled and linked once, on upload; what results is kept by content address and shared by all calls.
 */
module dev.mayfly.linkercache {
    requires transitive dev.mayfly.engine;
    // Its @Nullable stands in this module's API; nothing needs it when the program runs.
    requires static transitive org.jspecify;

    exports dev.mayfly.linkercache;
}

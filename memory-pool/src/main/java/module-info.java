/**
 * Invocation slots: what one call needs of memory, pooled and bounded.
 *
 * <p>Control frames, slabs for bodies, and the admission of calls into the slots there are.
 */
module dev.mayfly.memorypool {
    requires transitive dev.mayfly.engine;
    // Its @Nullable stands in this module's API; nothing needs it when the program runs.
    requires static transitive org.jspecify;

    exports dev.mayfly.memorypool;
}

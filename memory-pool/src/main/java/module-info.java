/**
 * Invocation slots: what one call needs of memory, pooled and bounded.
 *
 * <p>Control frames, slabs for bodies, and the admission of calls into the slots there are.
 */
module dev.mayfly.memorypool {
    requires transitive dev.mayfly.engine;
    requires static org.jspecify;
}

/**
 * Warmed functions: warm-up, capture, audit and ageing of their snapshots.
 *
 * <p>The room for functions that start from a memory image taken after their own initialization; nothing lives here yet.
 */
module dev.mayfly.snapshots {
    requires transitive dev.mayfly.linkercache;
    requires transitive dev.mayfly.memorypool;
    requires static org.jspecify;
}

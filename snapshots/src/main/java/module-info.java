/**
 * Warmed functions: warm-up, capture, and the records of their snapshots.
 *
 * <p>A snapshot is a component like any other, whose instances start where one stood after its warm-up requests. So it lives in the same store, is
 * compiled, checked and loaded as every component is.
 */
module dev.mayfly.snapshots {
    requires transitive dev.mayfly.linkercache;
    requires transitive dev.mayfly.memorypool;
    requires com.github.luben.zstd_jni;
    requires static transitive org.jspecify;

    exports dev.mayfly.snapshots;
}

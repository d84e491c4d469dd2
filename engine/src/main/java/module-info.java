/**
 * The native seam: Java's view of the WebAssembly engine.
 *
 * <p>Everything native is reached from here and from nowhere else: this module alone loads the engine's shared library and
 * calls it through the foreign function and memory API, which is why it alone needs native access.
 */
module dev.mayfly.engine {
    requires static org.jspecify;

    exports dev.mayfly.engine;
}

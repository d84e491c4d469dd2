package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The engine library's C ABI, one method a function. {@code engine/native/src/abi.rs} is its other side.
 *
 * <p>None of these is {@link Linker.Option#critical}: each may run long, and a critical call would hold up the garbage collector.
 */
@SuppressWarnings("restricted")
final class NativeEngine {
    /** Both sides of the seam carry this number; it changes whenever a function's or a layout's meaning does. */
    static final int ABI_VERSION = 8;

    private static final SymbolLookup LIBRARY = load();

    private static final MethodHandle LAYOUT =
            function("mf_layout", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle MESSAGE_FREE =
            function("mf_message_free", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ENGINE_NEW =
            function("mf_engine_new", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS));
    private static final MethodHandle ENGINE_FREE = function("mf_engine_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle ENGINE_FINGERPRINT =
            function("mf_engine_fingerprint", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle ENGINE_METRICS =
            function("mf_engine_metrics", FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS));
    private static final MethodHandle PRELINK =
            function("mf_prelink", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle PRELINK_KEPT =
            function("mf_prelink_kept", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle CAPTURE =
            function("mf_capture", FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, ADDRESS));
    private static final MethodHandle PRELINKED_FREE =
            function("mf_prelinked_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle BEGIN =
            function("mf_begin", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle RESUME =
            function("mf_resume", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CANCEL = function("mf_cancel", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));

    private NativeEngine() {}

    /** {@code name=value} lines: the offsets and sizes the library was compiled with. */
    static String layout() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(16_384);
            long bytes = (long) LAYOUT.invokeExact(text, text.byteSize());
            return text.asSlice(0, bytes + 1).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The message of an error, which is given back. */
    static byte[] takeMessage(long message, int bytes) {
        try {
            byte[] copy = MemorySegment.ofAddress(message).reinterpret(bytes).toArray(JAVA_BYTE);
            MESSAGE_FREE.invokeExact(message, (long) bytes);
            return copy;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long newEngine(MemorySegment settings, NativeError error) {
        try {
            return (long) ENGINE_NEW.invokeExact(settings, error.memory());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void freeEngine(long engine) {
        try {
            ENGINE_FREE.invokeExact(engine);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static String fingerprint(long engine) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(1024);
            long bytes = (long) ENGINE_FINGERPRINT.invokeExact(engine, text, text.byteSize());
            return text.asSlice(0, bytes + 1).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void metrics(long engine, MemorySegment values) {
        try {
            ENGINE_METRICS.invokeExact(engine, values);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long prelink(long engine, MemorySegment path, MemorySegment offers, NativeError error) {
        try {
            return (long) PRELINK.invokeExact(engine, path, offers, error.memory());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long prelinkKept(long engine, MemorySegment path, MemorySegment offers, NativeError error) {
        try {
            return (long) PRELINK_KEPT.invokeExact(engine, path, offers, error.memory());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void capture(long prelinked, MemorySegment path, NativeError error) {
        try {
            CAPTURE.invokeExact(prelinked, path, error.memory());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void freePrelinked(long prelinked) {
        try {
            PRELINKED_FREE.invokeExact(prelinked);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long begin(long prelinked, long frame) {
        try {
            return (long) BEGIN.invokeExact(prelinked, frame);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long resume(long invocation, long frame) {
        try {
            return (long) RESUME.invokeExact(invocation, frame);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void cancel(long invocation, long frame) {
        try {
            CANCEL.invokeExact(invocation, frame);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static SymbolLookup load() {
        Path library = NativeFiles.library();
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalCallerException e) {
            throw new MayflyException.NotInstalled(
                    "Mayfly's engine needs native access: start java with --enable-native-access=dev.mayfly.engine"
                            + " (on the class path: --enable-native-access=ALL-UNNAMED)");
        } catch (IllegalArgumentException e) {
            throw new MayflyException.NotInstalled(
                    "the engine library can't be loaded: " + library + ": " + e.getMessage());
        }
        int version = abiVersion(symbols, library);
        if (version != ABI_VERSION) {
            throw new MayflyException.NotInstalled("the engine library " + library + " speaks seam version " + version
                    + ", this Mayfly version " + ABI_VERSION + ": use the library that came with this release");
        }
        return symbols;
    }

    private static int abiVersion(SymbolLookup symbols, Path library) {
        MemorySegment symbol = symbols.find("mf_abi_version")
                .orElseThrow(() -> new MayflyException.NotInstalled(library + " is not Mayfly's engine library"));
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT))
                    .invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment symbol = LIBRARY.find(name)
                .orElseThrow(() -> new MayflyException.NotInstalled("the engine library lacks the function " + name));
        return Linker.nativeLinker().downcallHandle(symbol, type);
    }

    static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException exception) {
            return exception;
        }
        return new MayflyException.Internal("a call into the engine failed", e);
    }
}

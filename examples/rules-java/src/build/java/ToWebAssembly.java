import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import org.teavm.tooling.ConsoleTeaVMToolLog;
import org.teavm.tooling.TeaVMProblemRenderer;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.vm.TeaVMOptimizationLevel;

/** Compiles classes to WebAssembly: {@code ToWebAssembly <folder of classes> <main class> <file>}. */
public final class ToWebAssembly {
    /** All that Java objects may take. A garbage collection in a call would read and write pages that the call has no use for. */
    private static final int HEAP_BYTES = 8 << 20;
    /** With what the host writes: see glue.Memory. */
    private static final int MEMORY_BYTES_MAX = 32 << 20;

    public static void main(String[] arguments) throws Exception {
        File classes = new File(arguments[0]);
        File wasm = new File(arguments[2]);
        TeaVMTool tool = new TeaVMTool();
        tool.setTargetType(TeaVMTargetType.WEBASSEMBLY_WASI);
        tool.setOptimizationLevel(TeaVMOptimizationLevel.ADVANCED);
        // Methods keep their names, for the stack of a trap: half as many bytes more.
        tool.setObfuscated(false);
        tool.setMinHeapSize(HEAP_BYTES);
        tool.setMaxHeapSize(MEMORY_BYTES_MAX);
        tool.setMainClass(arguments[1]);
        tool.setTargetDirectory(wasm.getParentFile());
        tool.setTargetFileName(wasm.getName());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toURI().toURL()}, ToWebAssembly.class.getClassLoader())) {
            tool.setClassLoader(loader);
            tool.generate();
        }
        TeaVMProblemRenderer.describeProblems(
                tool.getDependencyInfo().getCallGraph(), tool.getProblemProvider(), new ConsoleTeaVMToolLog(false));
        if (!tool.getProblemProvider().getSevereProblems().isEmpty()) {
            System.exit(1);
        }
    }
}

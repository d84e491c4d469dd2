package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.WitFile;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationHandler;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers {@link dev.mayfly.engine.Operation#CUSTOM_CALL}: every function of every interface that a program offers.
 *
 * <p>Closing it ends the thread that watches deadlines; no invocation is open then.
 */
public final class CustomOperations implements OperationHandler, AutoCloseable {
    private final List<CustomInterface> offered;
    private final Map<String, CustomInterface> interfaces = new HashMap<>();
    private final DeadlineWatch watch = new DeadlineWatch();

    /**
     * For these interfaces.
     *
     * @throws MayflyException.Invalid when two have the same name
     */
    public CustomOperations(List<CustomInterface> offered) {
        this.offered = List.copyOf(offered);
        for (CustomInterface each : offered) {
            if (interfaces.put(each.id(), each) != null) {
                watch.close();
                throw new MayflyException.Invalid(each.id() + " is offered twice");
            }
        }
    }

    /** What the engine is told of them. */
    public List<WitFile.Interface> descriptions() {
        return offered.stream().map(CustomInterface::description).toList();
    }

    @Override
    public void perform(OperationCall call, ArgumentReader parameters, AnswerWriter result) {
        String id = parameters.text();
        String name = parameters.text();
        CustomInterface found = interfaces.get(id);
        CustomFunction function = found == null ? null : found.function(name);
        if (function == null) {
            throw new IllegalStateException("a function was linked against what is not offered: " + id + " " + name);
        }
        function.perform(call, parameters, result, watch);
    }

    @Override
    public void close() {
        watch.close();
    }
}

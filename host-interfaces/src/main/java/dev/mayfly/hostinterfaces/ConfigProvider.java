package dev.mayfly.hostinterfaces;

import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;

/** Answers {@code mayfly:config/config.get} from what was set for the function at deploy. */
public final class ConfigProvider implements OperationHandler {
    /** Serves every function: what is configured comes with the call. */
    public ConfigProvider() {}

    @Override
    public void perform(OperationCall call, ArgumentReader parameters, AnswerWriter result) {
        String name = parameters.text();
        String value = call.function().config().get(name);
        if (value == null) {
            throw HostError.of(HostError.Kind.NOT_FOUND, name);
        }
        result.text(value);
    }
}

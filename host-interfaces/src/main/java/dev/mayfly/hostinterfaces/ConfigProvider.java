package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;

/** Answers {@code mayfly:config/config.get} from what was set for the function at deploy. */
public final class ConfigProvider implements OperationHandler {
    /** Serves every function: what is configured comes with the call. */
    public ConfigProvider() {}

    @Override
    public void perform(OperationCall call) {
        String value = call.function().config().get(call.argumentText());
        if (value == null) {
            call.answerStatus(Operation.NOT_FOUND);
        } else {
            call.answerText(value);
        }
    }
}

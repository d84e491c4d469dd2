package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.host.invoke.Receipt;
import dev.mayfly.hostinterfaces.OperationKind;
import java.io.IOException;

/** A receipt as the access log and the admin API have it. */
final class ReceiptJson {
    private static final OperationKind[] KINDS = OperationKind.values();

    private ReceiptJson() {}

    /** Writes its fields into the object that {@code json} has open. */
    static void write(JsonGenerator json, Receipt receipt) throws IOException {
        json.writeStringField("time", receipt.startedAt().toString());
        json.writeStringField("invocation", receipt.id());
        json.writeStringField("function", receipt.function());
        json.writeStringField("outcome", receipt.outcome().label());
        if (receipt.status() != 0) {
            json.writeNumberField("status", receipt.status());
        }
        json.writeStringField("start", receipt.start().label());
        json.writeNumberField("wallNs", receipt.wallNs());
        json.writeNumberField("queuedNs", receipt.queuedNs());
        json.writeNumberField("runNs", receipt.runNs());
        json.writeNumberField("cpuNs", receipt.cpuNs());
        json.writeNumberField("instanceStartNs", receipt.instanceStartNs());
        json.writeNumberField("memoryBytes", receipt.memoryBytes());
        json.writeNumberField("bytesIn", receipt.bytesIn());
        json.writeNumberField("bytesOut", receipt.bytesOut());
        json.writeNumberField("egressBytes", receipt.egressBytes());
        if (receipt.operations().total() > 0) {
            json.writeObjectFieldStart("operations");
            for (OperationKind kind : KINDS) {
                if (receipt.operations().of(kind) > 0) {
                    json.writeNumberField(kind.label(), receipt.operations().of(kind));
                }
            }
            json.writeEndObject();
        }
    }
}

package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.hostinterfaces.http.HttpOperations;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code mayfly:pubsub/publisher} and {@code mayfly:functions/functions}: parameters in the order of their WIT. */
public final class MessagingOperations {
    /** The attribute of an event that tells {@link Ancestry#spawns}: the host's own, whatever a function says there. */
    public static final String SPAWN_DEPTH = "mayfly-spawn-depth";

    private static final Duration DELAY_MAX = Duration.ofDays(30);

    private MessagingOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.EVENT_PUBLISH, MessagingOperations::publish)
                .with(Operation.EVENT_SPAWN, MessagingOperations::spawn)
                .with(Operation.FUNCTION_CALL, MessagingOperations::call);
    }

    private static void publish(OperationCall call, ArgumentReader in, AnswerWriter out) {
        Topic topic = call.provider(BindingKind.TOPIC, in.text(), Topic.class);
        topic.publish(in.bytes(), attributes(call, in), call.deadline());
    }

    private static void spawn(OperationCall call, ArgumentReader in, AnswerWriter out) {
        CallableFunction function = function(call, in);
        byte[] payload = in.bytes();
        Map<String, String> attributes = attributes(call, in);
        Duration delay = in.bool() ? Duration.ofMillis(in.i64()) : Duration.ZERO;
        if (delay.isNegative() || delay.compareTo(DELAY_MAX) > 0) {
            throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "event-delay-max=" + DELAY_MAX.toDays() + "d");
        }
        out.text(function.spawn(call.function().name(), payload, attributes, delay, call.deadline()));
    }

    private static void call(OperationCall call, ArgumentReader in, AnswerWriter out) {
        CallableFunction function = function(call, in);
        Ancestry ancestry = call.ofCalled();
        String method = in.text();
        String pathAndQuery = in.text();
        List<Map.Entry<String, String>> headers = call.traced(HttpOperations.headers(in));
        try (Body body = call.body(in)) {
            HttpUpstream.Response response = function.call(
                    new HttpUpstream.Request(method, pathAndQuery, headers, body), ancestry, call.deadline());
            HttpOperations.write(response, call, out);
        }
    }

    private static CallableFunction function(OperationCall call, ArgumentReader in) {
        return call.provider(BindingKind.FUNCTION, in.text(), CallableFunction.class);
    }

    private static Map<String, String> attributes(OperationCall call, ArgumentReader in) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int left = in.count(); left > 0; left--) {
            attributes.put(in.text(), in.text());
        }
        attributes.put(SPAWN_DEPTH, Integer.toString(call.ofSpawned().spawns()));
        return attributes;
    }
}

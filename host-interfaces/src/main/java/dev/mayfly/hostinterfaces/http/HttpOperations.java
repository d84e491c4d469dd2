package dev.mayfly.hostinterfaces.http;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code mayfly:http/client}: parameters in the order of {@code wit/http/http.wit}. */
public final class HttpOperations {
    private HttpOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.HTTP_SEND, HttpOperations::send);
    }

    private static void send(OperationCall call, ArgumentReader in, AnswerWriter out) {
        HttpUpstream upstream = call.provider(BindingKind.HTTP, in.text(), HttpUpstream.class);
        String method = in.text();
        String pathAndQuery = in.text();
        List<Map.Entry<String, String>> headers = call.traced(headers(in));
        try (Body sent = call.body(in)) {
            Deadline deadline = call.deadline();
            if (in.bool()) {
                deadline = deadline.orEarlier(Deadline.in(Duration.ofMillis(in.u32())));
            }
            HttpUpstream.Response response =
                    upstream.send(new HttpUpstream.Request(method, pathAndQuery, headers, sent), deadline);
            write(response, call, out);
        }
    }

    /** Writes a response as functions get it. */
    public static void write(HttpUpstream.Response response, OperationCall call, AnswerWriter out) {
        // First, so that it is the invocation's to close when the headers are too much for an answer.
        int body = call.bufferOf(response.body());
        out.u16(response.status()).u32(response.headers().size());
        response.headers().forEach(header -> out.text(header.getKey()).text(header.getValue()));
        out.u32(body);
    }

    /** Header lines as a function gives them. */
    public static List<Map.Entry<String, String>> headers(ArgumentReader in) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            headers.add(Map.entry(in.text(), in.text()));
        }
        return headers;
    }
}

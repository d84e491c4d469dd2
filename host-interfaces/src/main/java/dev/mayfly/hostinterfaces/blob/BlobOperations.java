package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code mayfly:blob/blob}: each function's parameters in the order of {@code wit/blob/blob.wit}. */
public final class BlobOperations {
    private static final int LIST_COUNT_MAX = 1_000;
    private static final byte[] NOTHING = {};

    private BlobOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.BLOB_GET, BlobOperations::get)
                .with(Operation.BLOB_GET_RANGE, BlobOperations::getRange)
                .with(Operation.BLOB_HEAD, BlobOperations::head)
                .with(Operation.BLOB_PUT, BlobOperations::put)
                .with(Operation.BLOB_DELETE, BlobOperations::delete)
                .with(Operation.BLOB_LIST, BlobOperations::list);
    }

    private static BlobStore store(OperationCall call, ArgumentReader in) {
        return call.provider(BindingKind.BLOB, in.text(), BlobStore.class);
    }

    private static void get(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.u32(call.bufferOf(store(call, in).get(in.text(), call.deadline()).body()));
    }

    private static void getRange(OperationCall call, ArgumentReader in, AnswerWriter out) {
        BlobStore store = store(call, in);
        String key = in.text();
        long offset = in.i64();
        long length = in.i64();
        if (offset < 0) {
            throw HostError.of(HostError.Kind.INVALID, "the offset is past the end of the blob");
        }
        // A length past 2^63 means the rest.
        long bytes = length < 0 ? Long.MAX_VALUE : length;
        out.u32(call.bufferOf(
                store.getRange(key, offset, bytes, call.deadline()).body()));
    }

    private static void head(OperationCall call, ArgumentReader in, AnswerWriter out) {
        write(out, store(call, in).head(in.text(), call.deadline()));
    }

    private static void put(OperationCall call, ArgumentReader in, AnswerWriter out) {
        BlobStore store = store(call, in);
        String key = in.text();
        try (Body given = call.body(in);
                Body body = given == null ? Body.of(NOTHING) : given) {
            String contentType = in.text();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (int left = in.count(); left > 0; left--) {
                metadata.put(in.text(), in.text());
            }
            write(out, store.put(key, body, contentType, metadata, call.deadline()));
        }
    }

    private static void delete(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.bool(store(call, in).delete(in.text(), call.deadline()));
    }

    private static void list(OperationCall call, ArgumentReader in, AnswerWriter out) {
        BlobStore store = store(call, in);
        String prefix = in.text();
        String after = in.bool() ? in.text() : null;
        int count = Math.clamp(in.u32(), 1, LIST_COUNT_MAX);
        BlobStore.Page page = store.list(prefix, after, count, call.deadline());
        out.u32(page.blobs().size());
        page.blobs().forEach(info -> write(out, info));
        out.bool(page.more());
    }

    private static void write(AnswerWriter out, BlobStore.BlobInfo info) {
        out.text(info.key())
                .i64(info.bytes())
                .text(info.contentType())
                .text(info.etag())
                .i64(info.modifiedAt().toEpochMilli())
                .u32(info.metadata().size());
        info.metadata().forEach((name, value) -> out.text(name).text(value));
    }
}

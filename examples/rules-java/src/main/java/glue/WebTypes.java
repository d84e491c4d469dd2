package glue;

import org.teavm.interop.Address;
import org.teavm.interop.Import;

/** {@code mayfly:function/web-types}: requests from their handles, and the addresses of results. Offsets are those of the canonical ABI. */
final class WebTypes {
    private static final String INTERFACE = "mayfly:function/web-types@0.1.0";

    private WebTypes() {}

    /** Reads what is needed and lets the request go: a handle that is kept after a warm-up request would refuse the snapshot. */
    static Request take(int request) {
        // An option of a text: whether there is one, and the text behind it.
        Address result = Memory.allocate(12);
        path(request, result);
        String path = Canonical.string(result);
        query(request, result);
        String query = result.getByte() == 1 ? Canonical.string(result.add(4)) : "";
        drop(request);
        return new Request(path, query);
    }

    /** {@code ok(response)}, of 28 bytes: 0 is ok; status at 4, list of headers at 8, variant of body at 16, its bytes at 20. */
    static Address ok(Response response) {
        Address result = Memory.allocate(28);
        result.putByte((byte) 0);
        result.add(4).putShort((short) response.status());
        Address header = Memory.allocate(16);
        Canonical.put(header, "content-type");
        Canonical.put(header.add(8), response.contentType());
        result.add(8).putAddress(header);
        result.add(12).putInt(1);
        result.add(16).putByte((byte) 1);
        Canonical.put(result.add(20), response.body());
        return result;
    }

    /** {@code err(invalid)}: the caller's mistake. */
    static Address invalid(String text) {
        return error(0, text);
    }

    /** {@code err(internal)}: the function's own. The text goes to its log. */
    static Address internal(String text) {
        return error(5, text);
    }

    /** {@code err(error)}: 1 is an error; which one at 4, its text at 8. */
    private static Address error(int which, String text) {
        Address result = Memory.allocate(28);
        result.putByte((byte) 1);
        result.add(4).putByte((byte) which);
        Canonical.put(result.add(8), text);
        return result;
    }

    @Import(module = INTERFACE, name = "[method]request.path")
    private static native void path(int request, Address result);

    @Import(module = INTERFACE, name = "[method]request.query")
    private static native void query(int request, Address result);

    @Import(module = INTERFACE, name = "[resource-drop]request")
    private static native void drop(int request);
}

package dev.mayfly.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The guest {@code echo} as a core module, for engines that know no components: the names and the memory layout that the canonical ABI gives it.
 */
final class CoreGuest {
    static final String IMPORT_MODULE = "mayfly:function/web-types@0.1.0";
    static final String IMPORT_BODY = "[method]request.body";
    static final String EXPORT_HANDLE = "mayfly:function/web-handler@0.1.0#handle";
    static final String EXPORT_MEMORY = "memory";

    static final int STATUS = 4;
    static final int BODY = 16;
    static final int BODY_HANDLE = 20;
    static final int BODY_IS_BUFFER = 2;

    /** The handle that the host function gives for the request's body. */
    static final int HANDLE = 7;

    private CoreGuest() {}

    static byte[] module(Path guests, String name) throws IOException {
        return Files.readAllBytes(guests.resolve(name + ".module.wasm"));
    }

    /** @throws IllegalStateException when the answer isn't 200 with the body that has {@code handle} */
    static void check(int status, int body, int bodyHandle, int handle) {
        if (status != 200 || body != BODY_IS_BUFFER || bodyHandle != handle) {
            throw new IllegalStateException(
                    "the guest should echo: status=" + status + " body=" + body + " handle=" + bodyHandle);
        }
    }

    static IllegalArgumentException unknown(String workload) {
        return new IllegalArgumentException("there is no workload " + workload);
    }
}

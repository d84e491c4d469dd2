package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Components and artifacts that tests put into a store. No engine could run them; a store doesn't look into them. */
final class StoredThings {
    static final String ENGINE = "mayfly-engine 0.1.0; x86_64-unknown-linux-gnu; memory-bytes-max=67108864";
    static final String OTHER_ENGINE = "mayfly-engine 0.2.0; x86_64-unknown-linux-gnu; memory-bytes-max=67108864";

    static final ComponentDescription DESCRIPTION = new ComponentDescription(
            "a core module with a component type",
            List.of("mayfly:data/buffers@0.1.0 [method]buffer.length", "mayfly:log/log@0.1.0 log"),
            List.of("mayfly:function/web@0.1.0 handle"));

    private StoredThings() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Digest upload(ArtifactStore store, String component) {
        try (ArtifactStore.Upload upload = store.upload(Long.MAX_VALUE)) {
            byte[] bytes = bytes(component);
            upload.write(bytes, 0, bytes.length);
            return upload.finish();
        }
    }

    static Artifact putArtifact(ArtifactStore store, Digest component, String bytes) {
        return putArtifact(store, new ArtifactKey(component, ENGINE), bytes);
    }

    static Artifact putArtifact(ArtifactStore store, ArtifactKey key, String bytes) {
        try {
            return store.putArtifact(key, output -> write(output, bytes));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What a compiler does: writes the file and describes the component. */
    static ComponentDescription write(Path output, String bytes) {
        try {
            Files.writeString(output, bytes);
            return DESCRIPTION;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@link #write} wrote, of a file of the store's. */
    static String code(Path artifact) throws IOException {
        String text = Files.readString(artifact);
        return text.substring(0, text.indexOf("mayfly-artifact"));
    }

    /** Changes one bit in the middle of a file. */
    static void damage(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

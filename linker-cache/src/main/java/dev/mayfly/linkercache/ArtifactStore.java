package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Components by the digest of their bytes, and what they were compiled to by {@link ArtifactKey}.
 *
 * <p>Everything appears whole or not at all, and survives a crash of the process or the machine once the method that
 * stored it returned. Nothing is handed out before its digest has been compared.
 *
 * <p>Who is in use is not known here but to the catalog: what may be removed is asked by a predicate, under the store's
 * lock and only about what no open {@link Upload} holds. So the order <em>finish the upload, commit the catalog, close
 * the upload</em> never loses a component to somebody who removes another function with the same bytes.
 *
 * <p>Threads: any. Errors: a full disk is a {@link MayflyException.LimitExceeded} of the limit {@link #DISK_SPACE}; any
 * other failure of the disk a {@link MayflyException.Internal}.
 */
public interface ArtifactStore {
    /** The limit that a full disk is reported as. */
    String DISK_SPACE = "disk-space";

    /** The limit on an upload's size. */
    String COMPONENT_BYTES_MAX = "component-bytes-max";

    /**
     * Opens room for a component's bytes.
     *
     * @param bytesMax the limit {@link #COMPONENT_BYTES_MAX}
     */
    Upload upload(long bytesMax);

    /** Whether the component is stored; its bytes are not looked at. */
    boolean hasComponent(Digest component);

    /**
     * A stored component's file, after comparing its digest.
     *
     * @throws MayflyException.NotFound when there is none
     * @throws MayflyException.Internal when its bytes are damaged: it has to be uploaded again, which replaces them
     */
    Path component(Digest component);

    /**
     * A stored artifact, after comparing its digest.
     *
     * @return empty when there is none
     * @throws MayflyException.IncompatibleArtifact when it is damaged, truncated or belongs elsewhere; it stays until
     *     {@link #putArtifact} replaces or {@link #removeArtifact} removes it
     */
    Optional<Artifact> artifact(ArtifactKey key);

    /**
     * Has an artifact written and stores it under {@code key}, in the place of what was there. What {@code writer}
     * throws passes through.
     */
    Artifact putArtifact(ArtifactKey key, ArtifactWriter writer) throws InterruptedException;

    /** Removes an artifact. One that is loaded stays mapped until it is closed. */
    void removeArtifact(ArtifactKey key);

    /**
     * Removes a component and all its artifacts, unless an upload holds it or {@code referenced} says that it is in
     * use.
     *
     * @return whether it was removed
     */
    boolean removeComponent(Digest component, Predicate<Digest> referenced);

    /**
     * Removes whatever no upload holds and {@code referenced} does not know: components, their artifacts, and all
     * artifacts of other engines.
     *
     * @param fingerprint of the engine whose artifacts are kept
     * @return how many components and artifacts were removed
     */
    int removeUnreferenced(String fingerprint, Predicate<Digest> referenced);

    /** Writes an artifact's bytes to a file. */
    @FunctionalInterface
    interface ArtifactWriter {
        ComponentDescription write(Path output) throws InterruptedException;
    }

    /**
     * A component on its way in. Not to be shared between threads.
     *
     * <p>Close it after the catalog refers to the component: until then it can't be removed. Closed without {@link
     * #finish}, it leaves nothing.
     */
    interface Upload extends AutoCloseable {
        /**
         * Appends bytes to the component.
         *
         * @throws MayflyException.LimitExceeded when it gets larger than allowed, or the disk is full
         */
        void write(byte[] bytes, int offset, int length);

        /**
         * Writes all that {@code in} has.
         *
         * @throws IOException when {@code in} can't be read
         */
        default void transferFrom(InputStream in) throws IOException {
            byte[] chunk = new byte[64 << 10];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                write(chunk, 0, count);
            }
        }

        /** Bytes written so far. */
        long bytes();

        /** Stores the component for good. */
        Digest finish();

        @Override
        void close();
    }
}

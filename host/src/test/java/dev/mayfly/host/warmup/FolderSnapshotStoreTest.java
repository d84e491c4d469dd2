package dev.mayfly.host.warmup;

import dev.mayfly.hostinterfaces.blob.BlobLimits;
import dev.mayfly.hostinterfaces.blob.FolderBlobStore;
import dev.mayfly.snapshots.SnapshotStore;

/** The contract, in a folder. */
final class FolderSnapshotStoreTest extends SnapshotStoreContract {
    @Override
    SnapshotStore store() {
        return new BlobSnapshotStore(FolderBlobStore.open(folder.resolve("blobs"), BlobLimits.defaults()));
    }
}

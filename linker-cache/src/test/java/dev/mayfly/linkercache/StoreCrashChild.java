package dev.mayfly.linkercache;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A process that stores and removes, saying what it did, until it is killed. */
final class StoreCrashChild {
    private StoreCrashChild() {}

    public static void main(String[] arguments) {
        FolderArtifactStore store = FolderArtifactStore.open(Path.of(arguments[0]));
        long seed = Long.parseLong(arguments[1]);
        Random random = new Random(seed);
        List<Digest> stored = new ArrayList<>();
        for (int i = 0; ; i++) {
            Digest component =
                    StoredThings.upload(store, "component " + seed + "/" + i + " ".repeat(random.nextInt(50_000)));
            StoredThings.putArtifact(store, component, "artifact " + "x".repeat(random.nextInt(300_000)));
            System.out.println("stored " + component);
            stored.add(component);
            if (random.nextBoolean()) {
                Digest gone = stored.remove(random.nextInt(stored.size()));
                System.out.println("removing " + gone);
                store.removeComponent(gone, any -> false);
            }
        }
    }
}

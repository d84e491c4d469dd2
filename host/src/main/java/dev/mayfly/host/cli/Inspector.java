package dev.mayfly.host.cli;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.Limits;
import dev.mayfly.host.cli.Inspection.Import;
import dev.mayfly.linkercache.Artifact;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.FolderArtifactStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Does to a file what a host's deploy does, up to where there would be a new version: takes it in, compiles it in a process of its own, and links it
 * with the engine. So it can't say anything else than the host would.
 */
final class Inspector {
    private final Limits limits;

    Inspector(Limits limits) {
        this.limits = limits;
    }

    /**
     * Finds out all there is.
     *
     * @throws IOException when the file can't be read
     * @throws MayflyException when it isn't the file that is wrong
     */
    Inspection inspect(Path file) throws IOException, InterruptedException {
        byte[] bytes = read(file);
        Findings findings = new Findings(file, WasmOutline.of(bytes), Files.size(file));
        try (TemporaryFolder folder = TemporaryFolder.create("mayfly-inspect-");
                Engine engine = Engine.open(limits.engineConfig())) {
            FolderArtifactStore store = FolderArtifactStore.open(folder.path());
            try (ComponentCompiler compiler = new ComponentCompiler(limits.compiler(), engine, store, 1, 0)) {
                return deploy(bytes, findings, store, compiler, engine);
            }
        }
    }

    /** As much as shows that it is too large. */
    private byte[] read(Path file) throws IOException {
        long bytesMax = Math.min(limits.componentBytesMax(), Integer.MAX_VALUE - 16);
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes((int) bytesMax + 1);
        }
    }

    private Inspection deploy(
            byte[] bytes, Findings findings, ArtifactStore store, ComponentCompiler compiler, Engine engine)
            throws InterruptedException {
        Artifact artifact = null;
        try (ArtifactStore.Upload upload = store.upload(limits.componentBytesMax())) {
            upload.write(bytes, 0, bytes.length);
            artifact = compiler.compile(upload.finish());
            engine.prelink(artifact.file()).close();
            return findings.linked(artifact);
        } catch (MayflyException.MissingImports missing) {
            return findings.missing(artifact, missing);
        } catch (MayflyException.Invalid | MayflyException.LimitExceeded refused) {
            return findings.refused(artifact, refused);
        }
    }

    /** What is known before anything is compiled, to be made complete. */
    private final class Findings {
        private final Path file;
        private final WasmOutline outline;
        private final long componentBytes;

        Findings(Path file, WasmOutline outline, long componentBytes) {
            this.file = file;
            this.outline = outline;
            this.componentBytes = componentBytes;
        }

        Inspection linked(Artifact artifact) {
            List<Import> imports = artifact.description().imports().stream()
                    .map(Import::linked)
                    .toList();
            return complete(artifact, imports, null);
        }

        Inspection missing(@Nullable Artifact artifact, MayflyException.MissingImports missing) {
            Map<String, Import> imports = new LinkedHashMap<>();
            names(artifact).forEach(name -> imports.put(name, Import.linked(name)));
            for (String line : missing.imports()) {
                int colon = line.indexOf(": ");
                String name = colon < 0 ? line : line.substring(0, colon);
                imports.put(name, Import.missing(name, colon < 0 ? "" : line.substring(colon + 2)));
            }
            int count = missing.imports().size();
            return complete(
                    artifact,
                    new ArrayList<>(imports.values()),
                    "it needs " + count + (count == 1 ? " import" : " imports") + " that this host does not offer");
        }

        Inspection refused(@Nullable Artifact artifact, MayflyException refused) {
            return complete(
                    artifact, names(artifact).stream().map(Import::notLinked).toList(), refused.safeMessage());
        }

        private Inspection complete(@Nullable Artifact artifact, List<Import> imports, @Nullable String refusal) {
            return new Inspection(file, outline, componentBytes, artifact, imports, limits.memoryBytesMax(), refusal);
        }

        private static List<String> names(@Nullable Artifact artifact) {
            return artifact == null ? List.of() : artifact.description().imports();
        }
    }
}

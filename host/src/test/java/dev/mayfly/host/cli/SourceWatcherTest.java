package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceWatcherTest {
    @TempDir
    private Path folder;

    private SourceWatcher watcher;

    @BeforeEach
    void project() throws IOException {
        write("src/lib.rs", "one");
        write("mayfly.toml", "name");
        watcher = new SourceWatcher(folder, folder.resolve("out/hello.wasm"));
    }

    @Test
    void nothingChangesByItself() {
        assertUnchanged();
    }

    @Test
    void aChangeIsReportedOnceItHasSettled() throws IOException {
        write("src/lib.rs", "two");
        assertEquals(List.of(), watcher.changes(), "it may still be being written");
        assertEquals(List.of(Path.of("src/lib.rs")), watcher.changes());
        assertUnchanged();
    }

    @Test
    void aFileThatKeepsChangingIsReportedWhenItStops() throws IOException {
        for (String text : List.of("two", "three", "four")) {
            write("src/lib.rs", text);
            assertEquals(List.of(), watcher.changes());
        }
        assertEquals(List.of(Path.of("src/lib.rs")), watcher.changes());
    }

    @Test
    void newAndDeletedFilesAreChanges() throws IOException {
        write("src/deeper/new.rs", "new");
        Files.delete(folder.resolve("src/lib.rs"));
        assertEquals(List.of(), watcher.changes());
        assertEquals(List.of(Path.of("src/deeper/new.rs"), Path.of("src/lib.rs")), watcher.changes());
    }

    @Test
    void aFileOfTheSameSizeAndAnotherTimeCountsByItsContents() throws IOException {
        Files.setLastModifiedTime(folder.resolve("src/lib.rs"), FileTime.from(Instant.EPOCH));
        assertUnchanged();
        write("src/lib.rs", "eno");
        assertEquals(List.of(), watcher.changes());
        assertEquals(List.of(Path.of("src/lib.rs")), watcher.changes());
    }

    @Test
    void aChangeThatIsTakenBackIsNone() throws IOException {
        write("src/lib.rs", "two");
        assertEquals(List.of(), watcher.changes());
        write("src/lib.rs", "one");
        assertUnchanged();
    }

    @Test
    void whatBuildsAndToolsWriteIsNoChange() throws IOException {
        write("out/hello.wasm", "component");
        write("target/release/hello.d", "built");
        write("node_modules/left-pad/index.js", "installed");
        write(".git/index", "committed");
        write("src/.lib.rs.swp", "edited");
        assertUnchanged();
    }

    @Test
    void theManifestMayNameAnotherComponent() throws IOException {
        watcher.ignore(folder.resolve("out/other.wasm"));
        write("out/other.wasm", "component");
        assertUnchanged();
    }

    private void assertUnchanged() {
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), watcher.changes());
        }
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host whose data folder is a real file system of 8 MiB. */
class DiskFullTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private Path small;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString()) == 0,
                "a file system of 8 MiB can't be mounted here: only root may");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", small.toString());
    }

    @Test
    void anUploadThatDoesNotFitIsRefusedAndLeavesNothing() throws Exception {
        try (TestHost host = TestHost.start(small, Limits.defaults())) {
            host.deploy("echo", "echo");
            long before = usedBytes();
            JsonNode problem = host.upload("large", new byte[9 << 20]).problem(507, "disk-full");
            assertEquals("disk-space", problem.path("limit").asText());
            assertEquals(before, usedBytes(), "what was written of it is gone");
            host.get("/v1/functions/large").problem(404, "not-found");
            assertEquals("hello", host.post("/f/echo", HELLO).expect(200).text());
        }
    }

    @Test
    void aHostOnAFullDiskGoesOnServingAndDeploysOnceThereIsSpace() throws Exception {
        try (TestHost host = TestHost.start(small, Limits.defaults())) {
            host.deploy("echo", "echo");
            Path filler = small.resolve("filler");
            fill(filler);
            host.upload("echo", Guests.bytes("hello")).problem(507, "disk-full");
            host.upload("more", Guests.bytes("probe")).problem(507, "disk-full");
            assertEquals("hello", host.post("/f/echo", HELLO).expect(200).text(), "the old function answers");
            Files.delete(filler);
            host.deploy("more", "hello");
            host.get("/f/more").expect(200);
        }
        try (TestHost host = TestHost.start(small, Limits.defaults())) {
            assertEquals("hello", host.post("/f/echo", HELLO).expect(200).text());
            host.get("/f/more").expect(200);
        }
    }

    private long usedBytes() throws IOException {
        var store = Files.getFileStore(small);
        return store.getTotalSpace() - store.getUnallocatedSpace();
    }

    private static void fill(Path file) throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int pages = 0; pages < 8 << 8; pages++) {
                out.write(page);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}

package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a component imports of {@code wasi:blobstore} is the same as {@code mayfly:blob}: a container is a binding, an object a blob. */
final class BlobstoreTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                folder.resolve(HostConfiguration.FILE_NAME),
                "bindings: {images: {kind: blob, provider: folder, folder: images}}");
        Limits limits = Limits.defaults().withRequestBodyBytesMax(4 * MIB).withBufferBytesMax(32 * MIB);
        host = TestHost.start(folder, limits);
        host.send(host.request("/v1/functions/standards?binding=pictures%3Dimages")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("standards"))))
                .expect(201);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private Answer call(String what, String query) throws Exception {
        return host.get("/f/standards/blobstore/" + what + "?container=pictures" + query);
    }

    private String seen(String what) throws Exception {
        return call(what, "").expect(200).text();
    }

    @Test
    void aValueIsStoredOnceItIsFinishedAndReadWholeInPartAndAsAStream() throws Exception {
        assertEquals("""
                a second body false
                before finish "older"
                finished "hello world"
                written later true
                range "o w"
                range past the end "world"
                size 11
                skipped Some(6)
                deleted meanwhile "world"
                end true
                spliced "spliced"
                empty ""
                """, seen("values"));
    }

    @Test
    void objectsAreListedCopiedMovedAndDeleted() throws Exception {
        assertEquals("""
                exists true
                name ("pictures", "pictures")
                read (["a", "b"], false)
                skipped (1, false)
                rest (["d", "e"], true)
                over ([], true)
                has (true, false)
                info ("a", "pictures", 1, true)
                copied "a"
                moved "b"
                left ["a", "c", "copied", "moved"]
                cleared ([], true)
                """, seen("objects"));
    }

    @Test
    void aValueThatWasDroppedBeforeItWasFinishedIsNowhere() throws Exception {
        assertEquals("""
                written later true
                half false
                """, seen("half-written"));
    }

    @Test
    void aTrapLeavesNothingOfAHalfWrittenValue() throws Exception {
        call("trap", "").problem(500, "function-trapped");
        assertTrue(seen("half-written").endsWith("half false\n"));
    }

    @Test
    void aMistakeIsAnErrorThatSaysWhatToDo() throws Exception {
        String refused = "by a function: it is a blob binding, which the operator declares and a deployment grants";
        assertEquals("""
                create Some("permission-denied: a container can't be created %s")
                delete Some("permission-denied: a container can't be deleted %s")
                not granted Some("permission-denied: function standards has no blob binding other")
                not granted exists false
                absent Some("not-found: there is no such blob")
                absent info Some("not-found: there is no such blob")
                backwards Some("invalid: the range ends at 0, before its start 1")
                beyond Some("invalid: offset=5 is beyond the blob's bytes=1")
                long name Some("limit-exceeded: a name is longer than 1024 bytes")
                bad name Some("invalid: a key has no parts that are . or ..")
                twice Some("conflict: the value belongs to an object already: copy-object makes a second one of it")
                for no object Some("invalid: the value belongs to no object: call write-data before finish")
                copy of nothing Some("not-found: there is no such object to copy")
                copy elsewhere Some("permission-denied: function standards has no blob binding other")
                moved elsewhere false
                still there true
                """.formatted(refused, refused), seen("mistakes"));
    }

    @Test
    void aLargeValueIsReadAsAStreamOnly() throws Exception {
        String advice = "use incoming-value-consume-async, or a range";
        assertEquals(
                """
                size 12582912
                sync Some("limit-exceeded: the value has 12582912 bytes, and incoming-value-consume-sync gives 8388608 at most: %s")
                read (12582912, true)
                """.formatted(advice),
                call("large", "&bytes=" + 12 * MIB).expect(200).text());
    }

    @Test
    void aValueLargerThanTheBuffersOfAnInvocationIsRefusedByItsStream() throws Exception {
        assertEquals(
                "refused: the value is too large (limit buffer-bytes-max)\n",
                call("large", "&bytes=" + 40 * MIB).expect(200).text());
        assertTrue(seen("objects").contains("left [\"a\", \"c\", \"copied\", \"moved\"]"));
    }
}

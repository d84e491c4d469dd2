package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example {@code image-store} with {@code thumbnail} beside it: an upload spawns an event that has the small picture made. */
final class ImageStoreTest {
    @TempDir
    private Path folder;

    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                folder.resolve(HostConfiguration.FILE_NAME),
                "bindings: {images: {kind: blob, provider: folder, folder: images}}");
        host = TestHost.start(folder, Limits.defaults());
        host.deploy("thumbnail", "thumbnail");
        host.send(host.request("/v1/functions/image-store?binding=images&binding=thumbnailer%3Dfunction:image-store"
                                + "&binding=thumbnail%3Dfunction:thumbnail")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("image-store"))))
                .expect(201);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private Answer put(String name, String type, byte[] picture) throws Exception {
        return host.send(host.request("/f/image-store/" + name)
                .header("content-type", type)
                .PUT(BodyPublishers.ofByteArray(picture)));
    }

    @Test
    void aPictureIsStoredAsItIsAndItsThumbnailFollows() throws Exception {
        byte[] picture = picture(1600, 900);
        put("cat.png", "image/png", picture).expect(201);
        Answer stored = host.get("/f/image-store/cat.png").expect(200);
        assertArrayEquals(picture, stored.bytes());
        assertEquals("image/png", stored.header("content-type"));

        Waiting.until(
                "the thumbnail is made",
                () -> host.get("/f/image-store/cat.png?thumbnail").status() == 200);
        BufferedImage small = ImageIO.read(new ByteArrayInputStream(
                host.get("/f/image-store/cat.png?thumbnail").expect(200).bytes()));
        assertEquals(320, small.getWidth());
        assertEquals(180, small.getHeight());
        assertEquals(
                "cat.png " + picture.length + "\n",
                host.get("/f/image-store").expect(200).text());
    }

    @Test
    void aDeletedPictureIsGoneWithItsThumbnail() throws Exception {
        put("cat.png", "image/png", picture(64, 64)).expect(201);
        Waiting.until(
                "the thumbnail is made",
                () -> host.get("/f/image-store/cat.png?thumbnail").status() == 200);
        host.delete("/f/image-store/cat.png").expect(204);
        host.get("/f/image-store/cat.png").problem(404, "function-not-found");
        host.get("/f/image-store/cat.png?thumbnail").problem(404, "function-not-found");
    }

    @Test
    void whatIsNoPictureIsRefusedByItsType() throws Exception {
        put("cat.txt", "text/plain", new byte[] {1}).expect(415);
        host.get("/f/image-store/cat.txt").problem(404, "function-not-found");
    }

    private static byte[] picture(int width, int height) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file);
        return file.toByteArray();
    }
}

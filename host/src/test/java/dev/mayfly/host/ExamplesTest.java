package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples, deployed as a user deploys them, on real files. */
class ExamplesTest {
    private static final Path SAMPLES = Path.of("../examples/markdown/samples");

    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start();
        for (String example : new String[] {"hello", "markdown", "thumbnail"}) {
            host.deploy(example, example);
        }
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void helloGreetsByName() throws Exception {
        assertEquals("Hello, Ada!\n", host.get("/f/hello/Ada").expect(200).text());
        assertEquals("Hello, world!\n", host.get("/f/hello").expect(200).text());
    }

    @ParameterizedTest
    @CsvSource({"common, ''", "gfm, ?gfm"})
    void markdownBecomesTheExpectedHtml(String sample, String query) throws Exception {
        byte[] markdown = Files.readAllBytes(SAMPLES.resolve(sample + ".md"));
        Answer answer = host.post("/f/markdown" + query, markdown).expect(200);
        assertEquals(Files.readString(SAMPLES.resolve(sample + ".html")), answer.text());
        assertTrue(answer.header("content-type").startsWith("text/html"), answer.header("content-type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void aPhotoBecomesAThumbnailOfItsShape(String format) throws Exception {
        byte[] thumbnail = host.post("/f/thumbnail?width=320&height=240", photo(1600, 900, format))
                .expect(200)
                .bytes();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(thumbnail));
        assertEquals(320, picture.getWidth());
        assertEquals(180, picture.getHeight());
        Color sky = new Color(picture.getRGB(160, 20));
        assertTrue(sky.getBlue() > sky.getRed() + 50, "the upper half is blue: " + sky);
    }

    @Test
    void whatIsNoPictureIsTheCallersMistake() throws Exception {
        byte[] cut = photo(200, 200, "png");
        host.post("/f/thumbnail", "no picture".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .expect(400);
        host.post("/f/thumbnail", java.util.Arrays.copyOf(cut, cut.length / 2)).expect(400);
    }

    /** Blue above, green below, with noise, so that it doesn't shrink to nothing. */
    private static byte[] photo(int width, int height, String format) throws IOException {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(40, 80, 220));
        graphics.fillRect(0, 0, width, height / 2);
        graphics.setColor(new Color(40, 160, 60));
        graphics.fillRect(0, height / 2, width, height - height / 2);
        graphics.dispose();
        Random random = new Random(7);
        for (int i = 0; i < width * height / 10; i++) {
            picture.setRGB(random.nextInt(width), random.nextInt(height), random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(picture, format, out)) {
            throw new AssertionError("no writer for " + format);
        }
        return out.toByteArray();
    }
}

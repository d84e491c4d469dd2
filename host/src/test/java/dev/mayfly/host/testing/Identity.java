package dev.mayfly.host.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Certificates that sign themselves, made by openssl. */
public final class Identity {
    private Identity() {}

    /**
     * Makes {@code tls.pem} and {@code tls.key}, for 127.0.0.1.
     *
     * @param kind of key: RSA or EC
     */
    public static void make(Path folder, String name, String kind) throws IOException, InterruptedException {
        Path certificate = folder.resolve(name + ".pem");
        Path key = folder.resolve(name + ".key");
        String[] algorithm = kind.equals("EC")
                ? new String[] {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}
                : new String[] {"-newkey", "rsa:2048"};
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes"));
        command.addAll(List.of(algorithm));
        command.addAll(List.of(
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
        Process openssl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, openssl.waitFor(), said);
        // One after the other, as deployment tools do.
        Files.move(key, folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(certificate, folder.resolve("tls.pem"), StandardCopyOption.REPLACE_EXISTING);
    }
}

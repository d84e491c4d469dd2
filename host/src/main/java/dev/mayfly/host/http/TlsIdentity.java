package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.AccessConfig;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate and key that the host shows, read again when the files change. Connections that are open go on as they began; the next handshake
 * uses the new pair. A pair that can't be read or doesn't fit together is left alone and said in the log, until it is mended.
 *
 * <p>Threads: any; a virtual thread looks at the files.
 */
final class TlsIdentity implements AutoCloseable {
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final System.Logger LOG = System.getLogger(TlsIdentity.class.getName());

    private final AccessConfig.TlsFiles files;
    private final Tls tls;
    private final Thread watcher;
    private volatile Pair pair;
    private String seen;

    /** A handshake asks for the certificate and then for the key, and is to get both of the same pair: it stays reachable by the next one. */
    private static final class Pair {
        private final X509Certificate[] chain;
        private final PrivateKey key;
        private final String alias;
        private final @Nullable Pair before;

        Pair(X509Certificate[] chain, PrivateKey key, String alias, @Nullable Pair before) {
            this.chain = chain;
            this.key = key;
            this.alias = alias;
            this.before = before == null ? null : new Pair(before.chain, before.key, before.alias, null);
        }

        Pair of(String wanted) {
            return before != null && before.alias.equals(wanted) ? before : this;
        }
    }

    private TlsIdentity(AccessConfig.TlsFiles files) throws GeneralSecurityException, IOException {
        this.files = files;
        this.seen = content();
        this.pair = read(files, seen, null);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new CurrentPair()}, null, new SecureRandom());
        this.tls = Tls.builder()
                .sslContext(context)
                .addApplicationProtocol("h2")
                .addApplicationProtocol("http/1.1")
                .build();
        this.watcher = Thread.ofVirtual().name("mayfly-tls-files").unstarted(this::watch);
    }

    /** @throws MayflyException.Invalid when the files can't be read or don't fit together */
    static TlsIdentity open(AccessConfig.TlsFiles files) {
        try {
            TlsIdentity identity = new TlsIdentity(files);
            identity.watcher.start();
            return identity;
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new MayflyException.Invalid("no TLS with the certificate " + files.certificate() + " and the key "
                    + files.key() + ": " + e.getMessage());
        }
    }

    /** For a listener. */
    Tls tls() {
        return tls;
    }

    private static Pair read(AccessConfig.TlsFiles files, String alias, @Nullable Pair before)
            throws GeneralSecurityException {
        Keys keys = Keys.builder()
                .pem(pem -> pem.key(Resource.create(files.key())).certChain(Resource.create(files.certificate())))
                .build();
        PrivateKey key = keys.privateKey()
                .orElseThrow(() -> new GeneralSecurityException("the key's file has no private key in PEM"));
        if (keys.certChain().isEmpty()) {
            throw new GeneralSecurityException("the certificate's file has no certificate in PEM");
        }
        X509Certificate[] chain = keys.certChain().toArray(X509Certificate[]::new);
        requireFit(chain[0], key);
        return new Pair(chain, key, alias, before);
    }

    /** Files are replaced one after the other: in between they don't belong together. */
    private static void requireFit(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] message = new byte[32];
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(message);
        byte[] signature = signer.sign();
        signer.initVerify(certificate.getPublicKey());
        signer.update(message);
        if (!signer.verify(signature)) {
            throw new GeneralSecurityException("the key is not the certificate's");
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(LOOK_INTERVAL);
                look();
            }
        } catch (InterruptedException closed) {
            // By close.
        }
    }

    private void look() {
        try {
            String now = content();
            if (!now.equals(seen)) {
                seen = now;
                pair = read(files, now, pair);
                LOG.log(System.Logger.Level.INFO, "TLS goes on with the new certificate of " + files.certificate());
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "TLS stays with the certificate it has, as " + files.certificate() + " and " + files.key()
                            + " can't be used: " + e.getMessage());
        }
    }

    /** By content: a file may be replaced within its time stamp's resolution, or be a link. */
    private String content() throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : new Path[] {files.certificate(), files.key()}) {
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    /** Answers each handshake with the pair there is. */
    private final class CurrentPair extends X509ExtendedKeyManager {
        /** The pair's own type of key only: TLS asks for several. */
        private @Nullable String alias(String keyType) {
            Pair pair = TlsIdentity.this.pair;
            return keyType.equals(pair.key.getAlgorithm()) ? pair.alias : null;
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return alias(keyType);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return alias(keyType);
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
            String alias = alias(keyType);
            return alias == null ? null : new String[] {alias};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return pair.of(alias).chain;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return pair.of(alias).key;
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}

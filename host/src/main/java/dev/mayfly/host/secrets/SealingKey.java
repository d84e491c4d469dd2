package dev.mayfly.host.secrets;

import dev.mayfly.engine.MayflyException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * An AES-256 key that seals values, in this form:
 *
 * <pre>
 *   sealed = nonce (12 bytes, random), ciphertext, tag (16 bytes)
 * </pre>
 *
 * <p>A value is bound to the place it is kept in: moved to another, it can't be opened. Random nonces are safe for 2^32 values a key (NIST SP
 * 800-38D, section 8.3).
 *
 * <p>Its text has no part of the key.
 */
final class SealingKey {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int ID_BYTES = 4;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;
    private final String id;

    private SealingKey(byte[] bytes) {
        this.bytes = bytes;
        this.id = HexFormat.of().formatHex(sha256(bytes), 0, ID_BYTES);
    }

    static SealingKey random() {
        byte[] bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        return new SealingKey(bytes);
    }

    /**
     * Reads a key.
     *
     * @param text 32 bytes in base64
     * @param place for messages
     * @throws MayflyException.Invalid when it is none
     */
    static SealingKey parse(String text, String place) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (bytes.length == KEY_BYTES) {
                return new SealingKey(bytes);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new MayflyException.Invalid(place + " has no key: a key is " + KEY_BYTES
                + " random bytes in base64, such as: openssl rand -base64 " + KEY_BYTES);
    }

    /** As {@link #parse} reads it. */
    String text() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Tells keys from each other; tells nothing of the key. */
    String id() {
        return id;
    }

    byte[] seal(byte[] value, String place) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(value);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + ciphertext.length);
            System.arraycopy(ciphertext, 0, sealed, NONCE_BYTES, ciphertext.length);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new MayflyException.Internal("what is for " + place + " can't be sealed", e);
        }
    }

    /** @throws MayflyException.Internal when it wasn't sealed with this key, for this place */
    byte[] open(byte[] sealed, String place) {
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), place);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new MayflyException.Internal(
                    "what is sealed for " + place + " was changed behind the host's back", e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new MayflyException.Internal("what is sealed for " + place + " can't be opened", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String place) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has it.
            throw new AssertionError(e);
        }
    }
}

package dev.mayfly.host.access;

/**
 * A key at the only moment when its text is known.
 *
 * <p>Its own text doesn't have the key's.
 */
public final class IssuedKey {
    private final String text;
    private final ApiKey key;

    IssuedKey(String text, ApiKey key) {
        this.text = text;
        this.key = key;
    }

    /** The secret itself, for its owner and nobody else. */
    public String text() {
        return text;
    }

    public ApiKey key() {
        return key;
    }
}

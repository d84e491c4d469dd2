package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * A key that was just made.
 *
 * @param key its text, which the host never shows again
 */
public record IssuedKey(String key, @JsonUnwrapped Key described) {
    /** Without the key's text. */
    @Override
    public String toString() {
        return "IssuedKey[" + described + "]";
    }
}

package dev.mayfly.host.config;

import dev.mayfly.engine.MayflyException;
import org.jspecify.annotations.Nullable;

/** Something in a file is wrong; the message begins with file, line and column. */
public final class WrongSettingException extends MayflyException.Invalid {
    private static final long serialVersionUID = 1L;

    private final Place place;
    private final String sentence;
    private final @Nullable String key;

    /**
     * At a place.
     *
     * @param sentence what is wrong there, and what is allowed
     */
    public WrongSettingException(Place place, String sentence) {
        this(place, sentence, null);
    }

    /** The same of a key's value: without the key, reading may go on to what else is wrong. */
    public WrongSettingException(Place place, String sentence, @Nullable String key) {
        super(place + ": " + sentence);
        this.place = place;
        this.sentence = sentence;
        this.key = key;
    }

    public Place place() {
        return place;
    }

    public String sentence() {
        return sentence;
    }

    /** Whose value is wrong; null when it is something else. */
    public @Nullable String key() {
        return key;
    }
}

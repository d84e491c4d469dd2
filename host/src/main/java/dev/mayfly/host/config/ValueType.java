package dev.mayfly.host.config;

import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * What a setting's value is, as people write it.
 *
 * @param label of a value in a command's help
 * @param parser throws {@link IllegalArgumentException} that says what is allowed
 * @param writer what the parser reads again
 */
record ValueType<T>(String label, Function<String, T> parser, Function<T, String> writer) {
    static final ValueType<Long> SIZE = new ValueType<>(
            "SIZE",
            text -> ByteSize.parse(text).bytes(),
            bytes -> new ByteSize(bytes).toString().replace(" ", ""));

    static final ValueType<Duration> TIME = new ValueType<>(
            "TIME",
            text -> TimeSpan.parse(text).duration(),
            time -> new TimeSpan(time).toString().replace(" ", ""));

    static final ValueType<Integer> COUNT = new ValueType<>("COUNT", ValueType::count, Object::toString);

    static final ValueType<Integer> PORT = new ValueType<>("PORT", ValueType::count, Object::toString);

    static final ValueType<Double> RATIO = new ValueType<>("RATIO", ValueType::ratio, Object::toString);

    static final ValueType<String> TEXT = new ValueType<>("NAME", text -> text, text -> text);

    static final ValueType<Boolean> FLAG = new ValueType<>("true|false", ValueType::flag, Object::toString);

    static final ValueType<Path> FILE = new ValueType<>("FILE", Path::of, Path::toString);

    static final ValueType<Path> FOLDER = new ValueType<>("FOLDER", Path::of, Path::toString);

    static final ValueType<URI> URL = new ValueType<>("URL", ValueType::url, URI::toString);

    /** Whether a value is a path, which begins where the file is that it stands in. */
    boolean isPath() {
        return equals(FILE) || equals(FOLDER);
    }

    private static int count(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("'" + text + "' is not a count: write a number such as 100");
        }
        return Integer.parseInt(text);
    }

    private static double ratio(String text) {
        if (!text.matches("\\d(\\.\\d{1,9})?")) {
            throw new IllegalArgumentException("'" + text + "' is not a ratio: write 0 to 1, such as 0.25");
        }
        return Double.parseDouble(text);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }

    private static URI url(String text) {
        URI url = null;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException malformed) {
            // Said below; the text may have a password in it.
        }
        if (url == null
                || url.getHost() == null
                || !String.valueOf(url.getScheme()).matches("https?")) {
            throw new IllegalArgumentException("this is no URL: write one such as http://127.0.0.1:4318");
        }
        return url;
    }
}

package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What every store accepts, so that they can be exchanged: what S3 takes, without what an HTTP path or its XML can't carry.
 *
 * <p>Threads: any.
 */
final class BlobRules {
    private static final Pattern METADATA_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*");
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]*");

    /** What proxies on the way take for a step up. */
    private static final Pattern DOTS = Pattern.compile("(^|.*/)\\.\\.?(/.*|$)", Pattern.DOTALL);

    private static final int CONTENT_TYPE_BYTES_MAX = 255;

    private final BlobLimits limits;

    BlobRules(BlobLimits limits) {
        this.limits = limits;
    }

    BlobLimits limits() {
        return limits;
    }

    void requireKey(String key) {
        if (key.isEmpty()) {
            throw HostError.of(Kind.INVALID, "a key is not empty");
        }
        requireText("a key", key);
        if (DOTS.matcher(key).matches()) {
            throw HostError.of(Kind.INVALID, "a key has no parts that are . or ..");
        }
    }

    /** What every key begins with, or comes after. */
    void requirePartOfKey(String text) {
        requireText("a part of a key", text);
    }

    private void requireText(String what, String text) {
        if (text.length() > limits.keyBytesMax() || bytes(text) > limits.keyBytesMax()) {
            throw HostError.of(Kind.LIMIT_EXCEEDED, what + " is longer than key-bytes-max=" + limits.keyBytesMax());
        }
        boolean wellFormed = text.codePoints()
                .noneMatch(c -> Character.isISOControl(c)
                        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                        || c == 0xFFFE
                        || c == 0xFFFF);
        if (!wellFormed) {
            throw HostError.of(Kind.INVALID, what + " has no control characters and no halves of characters");
        }
    }

    void requireDescription(String contentType, Map<String, String> metadata) {
        if (contentType.isBlank()
                || contentType.length() > CONTENT_TYPE_BYTES_MAX
                || !HEADER_VALUE.matcher(contentType).matches()) {
            throw HostError.of(Kind.INVALID, "a content type is a line of ASCII of up to 255 characters");
        }
        long bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            String value = entry.getValue();
            if (!METADATA_NAME.matcher(entry.getKey()).matches()) {
                throw HostError.of(Kind.INVALID, "names of metadata have a to z, 0 to 9, dot, dash and underscore");
            }
            if (!HEADER_VALUE.matcher(value).matches() || !value.equals(value.strip())) {
                throw HostError.of(Kind.INVALID, "values of metadata are lines of ASCII without blanks around");
            }
            bytes += entry.getKey().length() + value.length();
        }
        if (bytes > limits.metadataBytesMax()) {
            throw HostError.of(
                    Kind.LIMIT_EXCEEDED,
                    "metadata bytes=" + bytes + ", metadata-bytes-max=" + limits.metadataBytesMax());
        }
    }

    static void requireRange(long offset, long bytes) {
        if (offset < 0 || bytes < 0 || offset + bytes < 0) {
            throw HostError.of(Kind.INVALID, "there is no range with offset=" + offset + " and bytes=" + bytes);
        }
    }

    static HostError beyond(long offset, long length) {
        return HostError.of(Kind.INVALID, "offset=" + offset + " is beyond the blob's bytes=" + length);
    }

    static HostError notFound() {
        return HostError.of(Kind.NOT_FOUND, "there is no such blob");
    }

    /** How many a page has when so many are wanted. */
    int requireCount(int count) {
        if (count < 1) {
            throw HostError.of(Kind.INVALID, "count=" + count + ", at least 1 is needed");
        }
        return Math.min(count, limits.listCountMax());
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

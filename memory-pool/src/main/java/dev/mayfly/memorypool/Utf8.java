package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.mayfly.engine.MemorySegments;
import java.lang.foreign.MemorySegment;

/** Writes text to native memory as UTF-8 without allocating; the JDK's own ways make an array or a buffer in between. */
final class Utf8 {
    /** Not an address: the text does not fit. */
    static final long TOO_LONG = -1;

    private static final MemorySegment ALL = MemorySegments.ALL;

    private Utf8() {}

    /**
     * Writes {@code text} from {@code address} on, at most up to {@code end}. A surrogate without its partner becomes {@code ?}, as the JDK's
     * encoder has it.
     *
     * @return the address behind the last byte, or {@link #TOO_LONG}: then what lies between is undefined
     */
    static long write(String text, long address, long end) {
        return write(text, address, end, false);
    }

    /** The same with small letters in place of A to Z. */
    static long writeLowerCase(String text, long address, long end) {
        return write(text, address, end, true);
    }

    private static long write(String text, long address, long end, boolean lowerCase) {
        int length = text.length();
        if (length > end - address) {
            return TOO_LONG;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return writePastAscii(text, i, address + i, end, lowerCase);
            }
            put(address + i, lowerCase ? toLowerCase(c) : c);
        }
        return address + length;
    }

    private static long writePastAscii(String text, int from, long address, long end, boolean lowerCase) {
        int length = text.length();
        long at = address;
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (end - at < 4 && end - at < bytes(c)) {
                return TOO_LONG;
            }
            if (c < 0x80) {
                put(at++, lowerCase ? toLowerCase(c) : c);
            } else if (c < 0x800) {
                put(at++, 0xc0 | (c >> 6));
                put(at++, 0x80 | (c & 0x3f));
            } else if (!Character.isSurrogate(c)) {
                put(at++, 0xe0 | (c >> 12));
                put(at++, 0x80 | ((c >> 6) & 0x3f));
                put(at++, 0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                if (end - at < 4) {
                    return TOO_LONG;
                }
                int codePoint = Character.toCodePoint(c, text.charAt(++i));
                put(at++, 0xf0 | (codePoint >> 18));
                put(at++, 0x80 | ((codePoint >> 12) & 0x3f));
                put(at++, 0x80 | ((codePoint >> 6) & 0x3f));
                put(at++, 0x80 | (codePoint & 0x3f));
            } else {
                put(at++, '?');
            }
        }
        return at;
    }

    /** What a character outside of a surrogate pair takes. */
    private static int bytes(char c) {
        return c < 0x80 || Character.isSurrogate(c) ? 1 : c < 0x800 ? 2 : 3;
    }

    private static int toLowerCase(char c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    private static void put(long address, int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }
}

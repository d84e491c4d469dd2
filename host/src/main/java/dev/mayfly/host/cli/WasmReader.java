package dev.mayfly.host.cli;

import java.nio.charset.StandardCharsets;

/** Reads the primitives of WebAssembly's binary format from bytes that nobody has checked. */
final class WasmReader {
    /** The bytes are not what they were said to be. */
    static final class Malformed extends Exception {
        private Malformed(String message) {
            super(message);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    WasmReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private WasmReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    boolean hasMore() {
        return at < end;
    }

    int u8() throws Malformed {
        if (at == end) {
            throw new Malformed("it ends too early");
        }
        return bytes[at++] & 0xff;
    }

    /** LEB128, of at most 63 bits. */
    long number() throws Malformed {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int next = u8();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new Malformed("a number is too large");
    }

    /** The next bytes, by a reader of their own. */
    WasmReader take(long count) throws Malformed {
        if (count > end - at) {
            throw new Malformed("it ends too early");
        }
        WasmReader taken = new WasmReader(bytes, at, at + (int) count);
        at = taken.end;
        return taken;
    }

    /** A text with its length before it. */
    String text(int bytesMax) throws Malformed {
        long length = number();
        if (length > bytesMax) {
            throw new Malformed("a text is too long");
        }
        WasmReader taken = take(length);
        return new String(bytes, taken.at, (int) length, StandardCharsets.UTF_8);
    }
}

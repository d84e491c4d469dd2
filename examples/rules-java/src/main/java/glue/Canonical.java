package glue;

import java.nio.charset.StandardCharsets;
import org.teavm.interop.Address;

/** Text and bytes as the canonical ABI has them: an address and a number of bytes, 4 bytes each. */
final class Canonical {
    private Canonical() {}

    /** The text that is described at {@code pair}. */
    static String string(Address pair) {
        byte[] bytes = new byte[pair.add(4).getInt()];
        Address.moveMemoryBlock(pair.getAddress(), Address.ofData(bytes), bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Describes the text at {@code pair}. */
    static void put(Address pair, String text) {
        put(pair, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Describes a copy of the bytes, which stays where it is, at {@code pair}. */
    static void put(Address pair, byte[] bytes) {
        Address copy = Memory.allocate(bytes.length);
        Address.moveMemoryBlock(Address.ofData(bytes), copy, bytes.length);
        pair.putAddress(copy);
        pair.add(4).putInt(bytes.length);
    }
}

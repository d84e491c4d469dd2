package dev.mayfly.hostinterfaces.http;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Which addresses the name of an upstream may lead to (the IANA special-purpose address registries, RFC 6890).
 *
 * <p>Of IPv4 everything special is refused. Of IPv6 only global unicast (2000::/3) without its special parts is let through, and addresses that hold an
 * IPv4 one are judged by that.
 *
 * @param allowPrivate lets everything through but what no upstream ever has: unspecified, multicast, broadcast, NAT64 of a local prefix, and the
 *     metadata service of a cloud, which hands credentials to whoever asks
 */
record AddressRules(boolean allowPrivate) {
    private static final int IPV4_BYTES = 4;

    private static final Block[] NEVER = {
        new Block("0.0.0.0", 8),
        new Block("169.254.169.254", 32),
        new Block("224.0.0.0", 4),
        new Block("255.255.255.255", 32),
        new Block("::", 128),
        new Block("64:ff9b:1::", 48),
        new Block("fd00:ec2::254", 128),
        new Block("ff00::", 8),
    };

    private static final Block[] NOT_PUBLIC = {
        new Block("10.0.0.0", 8),
        new Block("100.64.0.0", 10),
        new Block("127.0.0.0", 8),
        new Block("169.254.0.0", 16),
        new Block("172.16.0.0", 12),
        new Block("192.0.0.0", 24),
        new Block("192.0.2.0", 24),
        new Block("192.88.99.0", 24),
        new Block("192.168.0.0", 16),
        new Block("198.18.0.0", 15),
        new Block("198.51.100.0", 24),
        new Block("203.0.113.0", 24),
        new Block("240.0.0.0", 4),
        new Block("2001::", 23),
        new Block("2001:db8::", 32),
        new Block("3fff::", 20),
    };

    private static final Block GLOBAL_UNICAST = new Block("2000::", 3);

    /** Where an IPv4 address is inside an IPv6 one: NAT64 and IPv4-compatible ones, and 6to4. */
    private static final Block[] IPV4_AT_END = {new Block("64:ff9b::", 96), new Block("::", 96)};

    private static final Block SIX_TO_FOUR = new Block("2002::", 16);

    /** Some leading bits of addresses. */
    private static final class Block {
        private final byte[] prefix;
        private final int bits;

        Block(String address, int bits) {
            this.prefix = InetAddress.ofLiteral(address).getAddress();
            this.bits = bits;
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            int mask = 0xff << (8 - bits % 8) & 0xff;
            return Arrays.equals(prefix, 0, whole, address, 0, whole)
                    && (mask == 0 || (prefix[whole] & mask) == (address[whole] & mask));
        }
    }

    boolean allows(InetAddress address) {
        return allows(address.getAddress());
    }

    private boolean allows(byte[] address) {
        if (holds(NEVER, address)) {
            return false;
        }
        if (address.length == IPV4_BYTES) {
            return allowPrivate || !holds(NOT_PUBLIC, address);
        }
        if (isMapped(address) || (holds(IPV4_AT_END, address) && !isLoopback(address))) {
            return allows(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.holds(address)) {
            return allows(Arrays.copyOfRange(address, 2, 6));
        }
        return allowPrivate || (GLOBAL_UNICAST.holds(address) && !holds(NOT_PUBLIC, address));
    }

    private static boolean holds(Block[] blocks, byte[] address) {
        for (Block block : blocks) {
            if (block.holds(address)) {
                return true;
            }
        }
        return false;
    }

    /** {@code ::ffff:0:0/96}. {@link InetAddress} makes an IPv4 address of it wherever it can. */
    private static boolean isMapped(byte[] address) {
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[10] == -1 && address[11] == -1;
    }

    /** {@code ::1} looks like an IPv4-compatible address. */
    private static boolean isLoopback(byte[] address) {
        for (int i = 0; i < 15; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[15] == 1;
    }
}

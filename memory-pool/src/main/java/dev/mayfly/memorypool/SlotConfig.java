package dev.mayfly.memorypool;

import dev.mayfly.engine.LogLayout;
import dev.mayfly.engine.MayflyException;

/**
 * How many slots there may be and what room each has. The defaults make a slot of 148 KiB, taken from the system when the load first needs it.
 *
 * @param slotCountMax invocations at once; no more than the engine's {@code instance-count-max} is of use
 * @param requestHeadBytesMax room for a request's method, path, query and headers as UTF-8, and 8 bytes for each header line
 * @param responseHeadBytesMax room for a response's header lines, and 8 bytes for each
 * @param logRegionBytes how much log an invocation gathers before the host takes it; at least the longest line
 * @param answerBytesMax room for an operation's answer that is not a buffer
 * @param requestBodyBytes how much of a request's body needs no slab
 */
public record SlotConfig(
        int slotCountMax,
        int requestHeadBytesMax,
        int responseHeadBytesMax,
        int logRegionBytes,
        int answerBytesMax,
        int requestBodyBytes) {
    public SlotConfig {
        require(slotCountMax >= 1 && slotCountMax <= 100_000, "slot-count-max", slotCountMax, "1 to 100000");
        requireRoom("request-head-bytes-max", requestHeadBytesMax, 1024);
        requireRoom("response-head-bytes-max", responseHeadBytesMax, 1024);
        requireRoom("log-region-bytes", logRegionBytes, LogLayout.recordBytes(LogLayout.MESSAGE_BYTES_MAX));
        requireRoom("answer-bytes-max", answerBytesMax, 1024);
        // At least the smallest slab: then a body at its limit always fits what its buffers may hold.
        requireRoom("slot-request-body-bytes", requestBodyBytes, SlabPool.payloadBytes(0));
    }

    /** 1,024 slots with room for a 64 KiB request head, a 32 KiB response head, and 16 KiB each of log, answer and request body. */
    public static SlotConfig defaults() {
        return new SlotConfig(1024, 64 << 10, 32 << 10, 16 << 10, 16 << 10, 16 << 10);
    }

    public SlotConfig withSlotCountMax(int value) {
        return new SlotConfig(
                value, requestHeadBytesMax, responseHeadBytesMax, logRegionBytes, answerBytesMax, requestBodyBytes);
    }

    public SlotConfig withRequestHeadBytesMax(int value) {
        return new SlotConfig(
                slotCountMax, value, responseHeadBytesMax, logRegionBytes, answerBytesMax, requestBodyBytes);
    }

    public SlotConfig withResponseHeadBytesMax(int value) {
        return new SlotConfig(
                slotCountMax, requestHeadBytesMax, value, logRegionBytes, answerBytesMax, requestBodyBytes);
    }

    private static void requireRoom(String name, int value, long least) {
        require(value >= least && value <= 16 << 20, name, value, least + " to 16777216");
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new MayflyException.Invalid("setting " + name + "=" + value + " is out of range: " + range);
        }
    }
}

package dev.mayfly.engine;

/**
 * Byte layout of a slab: one piece of a buffer in host memory. A buffer is a list of slabs; what it holds is their used bytes in order.
 *
 * <pre>
 *   offset  bytes  field          written by   meaning
 *        0      8  next           both         address of the buffer's next slab, 0 = last
 *        8      4  capacityBytes  host         room for payload
 *       12      4  usedBytes      both         payload written
 *       16      4  sizeClass      host         which of the pool's classes it goes back to; -1 = part of an invocation slot
 *       20      4  index          host         the slab's number in its class
 *       24     16  (the pool's)   host         the engine leaves it alone
 *      128      …  payload        both
 * </pre>
 *
 * <p>In a buffer every slab before the last written one is full and every slab behind it is empty. Checked by {@code LayoutTest}.
 */
public final class SlabLayout {
    public static final long NEXT = 0;
    public static final long CAPACITY_BYTES = 8;
    public static final long USED_BYTES = 12;
    public static final long SIZE_CLASS = 16;
    public static final long INDEX = 20;
    public static final long PAYLOAD = 128;

    /** {@link #SIZE_CLASS} of a slab that belongs to an invocation slot and is never handed back by itself. */
    public static final int SLOT_OWNED = -1;

    private SlabLayout() {}
}

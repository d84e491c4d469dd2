package dev.mayfly.hostinterfaces.kv;

/**
 * The part of a list that a pair of indexes means, of which negative ones count from the end.
 *
 * @param from the first, counted from 0
 * @param until behind the last; equal to {@code from} where there is none
 */
record ListSpan(long from, long until) {
    static ListSpan of(long from, long to, long length) {
        long first = Math.clamp(from < 0 ? length + from : from, 0, length);
        long last = Math.clamp(to < 0 ? length + to : to, -1, length - 1);
        return new ListSpan(first, Math.max(first, last + 1));
    }
}

package dev.mayfly.engine;

/**
 * 128 bytes in front of a subclass's fields, so that two objects which different threads write never share a cache line. The JVM lays out a
 * superclass's fields first.
 */
public abstract class CacheLinePadding {
    long p00;
    long p01;
    long p02;
    long p03;
    long p04;
    long p05;
    long p06;
    long p07;
    long p08;
    long p09;
    long p10;
    long p11;
    long p12;
    long p13;
    long p14;
    long p15;

    /** For subclasses. */
    protected CacheLinePadding() {}
}

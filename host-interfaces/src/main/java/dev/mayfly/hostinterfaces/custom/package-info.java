/**
 * Interfaces of the program that embeds Mayfly: a WIT file and an object of a Java class, without Rust and without a rebuild.
 *
 * <p>What Java has for a type of WIT:
 *
 * <pre>
 *   bool, f32, f64, string     boolean, float, double, String
 *   s8 … s64, u8 … u32         any of byte, short, int, long that holds all values
 *   u64                        long, its bits
 *   char                       int: the code point
 *   list&lt;T&gt;, option&lt;T&gt;         List&lt;T&gt;, Optional&lt;T&gt;
 *   record                     a record: a component for each field, kebab-case made camelCase, in any order
 *   tuple                      a record: by position
 *   enum, flags                an enum, a Set of one: NOT_FOUND is not-found
 *   variant                    a sealed interface of records: NotFound is not-found and has a component if the case has a payload
 *   result&lt;T, E&gt;               {@link dev.mayfly.hostinterfaces.custom.Result}. A method whose E is mayfly:data/errors.error returns T
 *                              and throws {@link dev.mayfly.hostinterfaces.HostError}
 *   resource                   an {@link java.lang.AutoCloseable}, closed when the function drops it or is over, whichever comes first;
 *                              one that is given away, as a parameter that isn't borrowed, is the method's to close
 *   buffer of mayfly:data      {@link dev.mayfly.hostinterfaces.custom.BufferHandle}
 * </pre>
 *
 * <p>What Java has for a function of WIT:
 *
 * <pre>
 *   find-item: func            method findItem of the object
 *   constructor of basket      method newBasket of the object; its result's class is basket's class
 *   static open of basket      method basketOpen of the object
 *   method add of basket       method add of basket's class
 * </pre>
 *
 * <p>A method may have an {@link dev.mayfly.hostinterfaces.OperationCall} as its first parameter, which says who calls and makes buffers. A name that
 * is a keyword of Java has an underscore behind it. A method may block, as it has the invocation's own virtual thread: it is interrupted at the
 * deadline. It may also return a {@link java.util.concurrent.CompletionStage}. Any exception but a {@code HostError} ends the invocation and is
 * logged; the function and its caller get nothing of it. Methods are called by many threads at once, those of one resource by one at a time.
 *
 * <p>Types are compared once, when a file and an object are bound; a call then costs method handles and no reflection.
 */
@NullMarked
package dev.mayfly.hostinterfaces.custom;

import org.jspecify.annotations.NullMarked;

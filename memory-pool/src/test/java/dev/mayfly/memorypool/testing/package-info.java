/** For the tests of modules that take slots, slabs or instances. A package of its own, because it comes from another jar than the module. */
@NullMarked
package dev.mayfly.memorypool.testing;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.mayfly.linkercache;

import org.jspecify.annotations.NullMarked;

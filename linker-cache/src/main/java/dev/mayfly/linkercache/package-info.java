/**
 * From an uploaded component to a pre-linked, ref-counted function table.
 *
 * <pre>
 *   upload -> ArtifactStore -> ComponentCompiler -> ArtifactStore    on deployment
 *   ArtifactStore -> LinkerCache -> TableHandle -> FunctionTable     on a function's first call
 *   TableHandle (a route's) -> FunctionTable -> Frame.begin          on every call
 * </pre>
 *
 * <p>A route keeps a {@link dev.mayfly.linkercache.TableHandle}; a call acquires the {@link
 * dev.mayfly.linkercache.FunctionTable} behind it and releases it at its end. That path has one volatile read and two
 * striped counts, takes no lock and allocates nothing. All else may block.
 */
@NullMarked
package dev.mayfly.linkercache;

import org.jspecify.annotations.NullMarked;

/**
 * The command line: one class a command, all of them clients of the HTTP API except {@code serve} and {@code dev}, which start a host.
 *
 * <p>Results go to standard output, everything else to standard error. A command reports failure by throwing
 * {@link dev.mayfly.host.cli.CommandFailure}, which carries what to print and the {@linkplain dev.mayfly.host.cli.ExitCode exit code}.
 * Simple commands start in a few hundred milliseconds, so nothing here loads a class of the server, or builds a command, that isn't asked for.
 */
@NullMarked
package dev.mayfly.host.cli;

import org.jspecify.annotations.NullMarked;

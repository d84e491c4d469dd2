/**
 * The HTTP endpoint: connections, the path of a call to a function, the API that manages functions, and problem documents.
 *
 * <p>A call to a function bypasses the web server's routing, filters and media types: {@link dev.mayfly.host.http.FrontRouting} takes it as
 * soon as its head is read. Everything else is routed as usual.
 */
@NullMarked
package dev.mayfly.host.http;

import org.jspecify.annotations.NullMarked;

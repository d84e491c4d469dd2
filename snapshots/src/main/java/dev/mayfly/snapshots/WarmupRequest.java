package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A request that warms a function up. It carries the header {@value #HEADER} besides its own, so that the function can tell.
 *
 * @param path with its query
 * @param headers in their order
 * @param body empty = none
 */
public record WarmupRequest(
        String method, String path, List<Map.Entry<String, String>> headers, String body, Expectation expect) {
    /** What each warm-up request carries, as Wasmer's do. */
    public static final String HEADER = "x-edge-instaboot";

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern PATH = Pattern.compile("/[!-~]{0,2047}");
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\t -~]{0,1024}");

    /** {@code GET /}. */
    public static final WarmupRequest DEFAULT =
            new WarmupRequest("GET", "/", List.of(), "", new Expectation(new TreeSet<>(), null, null));

    /**
     * What the answer must be.
     *
     * @param statusCodes one of them; empty = 200 to 399
     * @param bodyIncludes a part of its body; null = any
     * @param bodyRegex found in its body; null = any
     */
    public record Expectation(
            SortedSet<Integer> statusCodes,
            @Nullable String bodyIncludes,
            @Nullable String bodyRegex) {
        /**
         * Checks it.
         *
         * @throws MayflyException.Invalid when a status or the expression is none
         */
        public Expectation {
            statusCodes = Collections.unmodifiableSortedSet(new TreeSet<>(statusCodes));
            if (!statusCodes.isEmpty() && (statusCodes.first() < 100 || statusCodes.last() > 599)) {
                throw new MayflyException.Invalid("a status that is expected must be 100 to 599");
            }
            if (bodyRegex != null) {
                pattern(bodyRegex);
            }
        }

        /** What is wrong with an answer; null = nothing. */
        public @Nullable String problem(int status, String body) {
            if (statusCodes.isEmpty() ? status < 200 || status > 399 : !statusCodes.contains(status)) {
                return "was answered with status " + status + ", expected was "
                        + (statusCodes.isEmpty() ? "200 to 399" : "one of " + statusCodes);
            }
            if (bodyIncludes != null && !body.contains(bodyIncludes)) {
                return "was answered with a body that does not include: " + bodyIncludes;
            }
            Matcher matcher = bodyRegex == null ? null : pattern(bodyRegex).matcher(body);
            return matcher == null || matcher.find()
                    ? null
                    : "was answered with a body that does not match: " + bodyRegex;
        }

        private static Pattern pattern(String regex) {
            try {
                return Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw new MayflyException.Invalid("body_regex is no regular expression: " + e.getDescription());
            }
        }
    }

    /**
     * Checks it.
     *
     * @throws MayflyException.Invalid when it is no request
     */
    public WarmupRequest {
        headers = List.copyOf(headers);
        if (!METHOD.matcher(method).matches()) {
            throw new MayflyException.Invalid("the method " + method + " of a warm-up request is none");
        }
        if (!PATH.matcher(path).matches()) {
            throw new MayflyException.Invalid("the path of a warm-up request must begin with a slash, not: " + path);
        }
        for (Map.Entry<String, String> header : headers) {
            if (!HEADER_NAME.matcher(header.getKey()).matches()
                    || !HEADER_VALUE.matcher(header.getValue()).matches()) {
                throw new MayflyException.Invalid("the header " + header.getKey() + " of a warm-up request is none");
            }
        }
    }

    /** Without its query. */
    public String pathOnly() {
        int mark = path.indexOf('?');
        return mark < 0 ? path : path.substring(0, mark);
    }

    /** What stands behind the question mark; null where there is none. */
    public @Nullable String query() {
        int mark = path.indexOf('?');
        return mark < 0 ? null : path.substring(mark + 1);
    }
}

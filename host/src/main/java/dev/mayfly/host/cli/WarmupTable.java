package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.quantity.TimeSpan;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code [warmup]} in a {@link FunctionManifest}. */
final class WarmupTable {
    static final List<String> KEYS = List.of("when", "max-age", "uniqueness", "debug", "requests");
    static final List<String> REQUEST_KEYS = List.of("path", "method", "headers", "body", "expect");
    static final List<String> EXPECT_KEYS = List.of("status-codes", "body-includes", "body-regex");
    static final List<String> TRIGGERS =
            Arrays.stream(Warmup.Trigger.values()).map(Warmup.Trigger::label).toList();

    static final List<String> POLICIES = Arrays.stream(Uniqueness.Policy.values())
            .map(Uniqueness.Policy::label)
            .toList();

    private WarmupTable() {}

    /** Null where there is none. What is wrong is noted in the manifest. */
    static @Nullable Warmup read(ManifestTable manifest) {
        ManifestTable warmup = manifest.table("warmup");
        if (warmup == null) {
            return null;
        }
        warmup.requireKnown(KEYS, Map.of());
        String when = warmup.word("when", TRIGGERS);
        String maxAge = warmup.text("max-age");
        String uniqueness = warmup.word("uniqueness", POLICIES);
        boolean debug = warmup.flag("debug");
        List<WarmupRequest> requests = new ArrayList<>();
        for (ManifestTable request : warmup.tables("requests")) {
            request(request, requests);
        }
        try {
            return new Warmup(
                    requests.isEmpty() ? Warmup.DEFAULT.requests() : requests,
                    when == null ? Warmup.DEFAULT.when() : Warmup.Trigger.of(when),
                    maxAge == null ? Duration.ZERO : TimeSpan.parse(maxAge).duration(),
                    uniqueness == null ? Warmup.DEFAULT.uniqueness() : Uniqueness.Policy.of(uniqueness),
                    debug);
        } catch (IllegalArgumentException | MayflyException.Invalid e) {
            manifest.refuse("warmup", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static void request(ManifestTable table, List<WarmupRequest> requests) {
        table.requireKnown(REQUEST_KEYS, Map.of());
        String method = table.text("method");
        String path = table.text("path");
        String body = table.text("body");
        WarmupRequest.Expectation expect = WarmupRequest.DEFAULT.expect();
        ManifestTable expected = table.table("expect");
        try {
            if (expected != null) {
                expected.requireKnown(EXPECT_KEYS, Map.of());
                expect = new WarmupRequest.Expectation(
                        expected.numbers("status-codes"), expected.text("body-includes"), expected.text("body-regex"));
            }
            requests.add(new WarmupRequest(
                    method == null ? WarmupRequest.DEFAULT.method() : method,
                    path == null ? WarmupRequest.DEFAULT.path() : path,
                    List.copyOf(table.entries("headers").entrySet()),
                    body == null ? "" : body,
                    expect));
        } catch (MayflyException.Invalid e) {
            table.refuse("path", e.safeMessage());
        }
    }
}

package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.FetchCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.measure.Contender;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.kv.KeyValueLimits;
import dev.mayfly.hostinterfaces.kv.KeyValueStore;
import dev.mayfly.hostinterfaces.kv.MemoryConfig;
import dev.mayfly.hostinterfaces.kv.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** Functions that use bindings, called from Java in the same process, and Java that uses the same. */
public final class HostCallsContender implements Contender {
    /** The system property with the upstream's origin. */
    static final String ORIGIN_PROPERTY = "mayfly.bench.origin";

    static final String CUSTOM_CALL_0 = "custom-call-0";
    static final String CUSTOM_CALL_1 = "custom-call-1";
    static final String CUSTOM_CALL_100 = "custom-call-100";
    static final String ECHO_4K = "echo-4k";
    static final String KV_GET_0 = "kv-get-0";
    static final String KV_GET_1 = "kv-get-1";
    static final String KV_GET_100 = "kv-get-100";
    static final String BUFFER_READ_1 = "buffer-read-1";
    static final String BUFFER_READ_100 = "buffer-read-100";
    /** A program that calls the upstream with the library that bindings use. */
    static final String UPSTREAM_JAVA = "upstream-java";
    /** The same through what a binding has behind it. */
    static final String UPSTREAM_BINDING = "upstream-binding";

    static final String UPSTREAM_FUNCTION = "upstream-function";

    private static final int VALUE_BYTES = 64;
    private static final int READ_BYTES = 4096;
    /** As a binding has by default. */
    static final int POOL_SIZE = 64;

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** {@code benchmarks/guests/wit/numbers.wit} */
    public static final class Numbers {
        /** The interface's record. */
        public record Eight(int a, int b, int c, int d, long e, long f, long g, long h) {}

        private Numbers() {}

        /** Each number's next one. */
        @SuppressWarnings("unused") // called by functions
        public Eight next(Eight value) {
            return new Eight(
                    value.a + 1,
                    value.b + 1,
                    value.c + 1,
                    value.d + 1,
                    value.e + 1,
                    value.f + 1,
                    value.g + 1,
                    value.h + 1);
        }
    }

    private final InProcessHost host;
    private final KeyValueStore store;
    private final HttpUpstream upstream;

    private HostCallsContender(InProcessHost host, KeyValueStore store, HttpUpstream upstream) {
        this.host = host;
        this.store = store;
        this.upstream = upstream;
    }

    /**
     * Starts Mayfly with the upstream that a system property names and deploys the guests.
     *
     * @param guests the folder with the components, under which it keeps its own files
     */
    public static HostCallsContender open(Path guests) throws IOException, InterruptedException {
        KeyValueStore store = MemoryStore.open(MemoryConfig.defaults(), KeyValueLimits.defaults());
        store.set("k", new byte[VALUE_BYTES], null, Deadline.in(DEADLINE));
        HttpUpstream upstream = Upstream.client(System.getProperty(ORIGIN_PROPERTY, ""), POOL_SIZE);
        Map<String, Grant> grants = Map.of(
                "store", new Grant(new Binding(BindingKind.KV, "store", store), POOL_SIZE),
                "upstream", new Grant(new Binding(BindingKind.HTTP, "upstream", upstream), POOL_SIZE));
        InProcessHost host = new InProcessHost(
                guests.resolve("mayfly-host-calls"),
                POOL_SIZE,
                List.of(CustomInterface.of(guests.resolve("numbers.wit"), new Numbers())));
        for (String name : List.of("kv-gets", "custom-calls", "buffer-reads", "fetch")) {
            host.deploy(name, guests.resolve(name + ".component.wasm"), grants);
        }
        return new HostCallsContender(host, store, upstream);
    }

    @Override
    public Workload workload(String name) {
        return switch (name) {
            // As many gets as the body has bytes after the first.
            case KV_GET_0 -> new EchoCall(host.invoker(), "kv-gets", 1);
            case KV_GET_1 -> new EchoCall(host.invoker(), "kv-gets", 2);
            case KV_GET_100 -> new EchoCall(host.invoker(), "kv-gets", 101);
            // Likewise.
            case CUSTOM_CALL_0 -> new EchoCall(host.invoker(), "custom-calls", 1);
            case CUSTOM_CALL_1 -> new EchoCall(host.invoker(), "custom-calls", 2);
            case CUSTOM_CALL_100 -> new EchoCall(host.invoker(), "custom-calls", 101);
            // As many reads as the body has bytes more than one of them takes.
            case ECHO_4K -> new EchoCall(host.invoker(), "buffer-reads", READ_BYTES);
            case BUFFER_READ_1 -> new EchoCall(host.invoker(), "buffer-reads", READ_BYTES + 1);
            case BUFFER_READ_100 -> new EchoCall(host.invoker(), "buffer-reads", READ_BYTES + 100);
            case UPSTREAM_FUNCTION ->
                new FetchCall(host.invoker(), "fetch", UpstreamMain.SMALL, UpstreamMain.SMALL_BYTES);
            case UPSTREAM_BINDING -> this::callUpstream;
            case UPSTREAM_JAVA -> new PlainJavaCall(upstream.origin() + UpstreamMain.SMALL, UpstreamMain.SMALL_BYTES);
            default -> throw new IllegalArgumentException("there is no workload " + name);
        };
    }

    /** Calls that wait do so on virtual threads, as requests to the host and those of other servers on this JDK. */
    @Override
    public ThreadFactory threads(String name) {
        return switch (name) {
            case UPSTREAM_FUNCTION, UPSTREAM_BINDING, UPSTREAM_JAVA ->
                Thread.ofVirtual().factory();
            default -> Contender.super.threads(name);
        };
    }

    private void callUpstream() throws IOException {
        HttpUpstream.Request request = new HttpUpstream.Request("GET", UpstreamMain.SMALL, List.of(), null);
        HttpUpstream.Response response = upstream.send(request, Deadline.in(DEADLINE));
        try (var body = response.body()) {
            if (body.read(UpstreamMain.SMALL_BYTES).length != UpstreamMain.SMALL_BYTES) {
                throw new IllegalStateException("the upstream should answer with bytes=" + UpstreamMain.SMALL_BYTES);
            }
        }
    }

    @Override
    public void close() {
        host.close();
        upstream.close();
        store.close();
    }
}

package dev.mayfly.host.observe;

import dev.mayfly.host.invoke.CallTracer;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Receipt;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends a trace of each sampled invocation to a collector, by OTLP over HTTP: a span for the call, and in it the wait in the function's queue, the
 * start, the guest, and in that each host operation.
 *
 * <p>A collector that is slow or away costs spans, never a call. Closing sends what is waiting.
 */
public final class OtlpTraces implements CallTracer, AutoCloseable {
    private static final Pattern TRACE_PARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final AttributeKey<String> FUNCTION = AttributeKey.stringKey("faas.name");
    private static final AttributeKey<String> INVOCATION = AttributeKey.stringKey("faas.invocation_id");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("mayfly.outcome");
    private static final AttributeKey<Long> CPU_NS = AttributeKey.longKey("mayfly.cpu_ns");
    private static final AttributeKey<Long> INSTANCE_START_NS = AttributeKey.longKey("mayfly.instance_start_ns");
    private static final AttributeKey<Long> MEMORY_BYTES = AttributeKey.longKey("mayfly.memory_bytes");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final long CLOSING_SECONDS_MAX = 5;

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /**
     * Sends to a collector.
     *
     * @param endpoint where it takes OTLP, without {@code /v1/traces}
     * @param ratio of the calls that come without a trace, 0 to 1; of the others their caller decides
     */
    public OtlpTraces(URI endpoint, double ratio) {
        String url = endpoint.toString().replaceFirst("/+$", "") + "/v1/traces";
        provider = SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "mayfly")))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
                .addSpanProcessor(BatchSpanProcessor.builder(
                                OtlpHttpSpanExporter.builder().setEndpoint(url).build())
                        .build())
                .build();
        tracer = provider.get("dev.mayfly");
    }

    @Override
    public Trace begin(
            String function, String id, @Nullable String traceParent, long openedNs, long queuedNs, long startNs) {
        return new InvocationTrace(function, id, traceParent, openedNs, queuedNs, startNs);
    }

    private static Context parent(@Nullable String traceParent) {
        if (traceParent == null || !TRACE_PARENT.matcher(traceParent).matches()) {
            return Context.root();
        }
        SpanContext context = SpanContext.createFromRemoteParent(
                traceParent.substring(3, 35),
                traceParent.substring(36, 52),
                TraceFlags.fromHex(traceParent, 53),
                TraceState.getDefault());
        return context.isValid() ? Context.root().with(Span.wrap(context)) : Context.root();
    }

    private final class InvocationTrace implements Trace {
        /** What {@link System#nanoTime} has to be added to be a time of day: of one moment, so that the spans fit together. */
        private final long epochNs;

        private final Span call;
        private final Span guest;
        private final Context inGuest;
        private final long startNs;
        private @Nullable Span operation;

        InvocationTrace(
                String function, String id, @Nullable String traceParent, long openedNs, long queuedNs, long startNs) {
            Instant now = Instant.now();
            epochNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
            this.startNs = startNs;
            call = span(function, SpanKind.SERVER, parent(traceParent), openedNs);
            call.setAttribute(FUNCTION, function).setAttribute(INVOCATION, id);
            Context inCall = Context.root().with(call);
            if (queuedNs > 0) {
                end(span("queue", SpanKind.INTERNAL, inCall, openedNs), openedNs + queuedNs);
            }
            end(span("start", SpanKind.INTERNAL, inCall, openedNs + queuedNs), startNs);
            guest = span("guest", SpanKind.INTERNAL, inCall, startNs);
            inGuest = Context.root().with(guest);
        }

        private Span span(String name, SpanKind kind, Context parent, long atNs) {
            return tracer.spanBuilder(name)
                    .setSpanKind(kind)
                    .setParent(parent)
                    .setStartTimestamp(epochNs + atNs, TimeUnit.NANOSECONDS)
                    .startSpan();
        }

        private void end(Span span, long atNs) {
            span.end(epochNs + atNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void begin(int number) {
            operation = span(OperationNames.of(number), SpanKind.CLIENT, inGuest, System.nanoTime());
        }

        @Override
        public void end(boolean succeeded) {
            Span operation = this.operation;
            if (operation != null) {
                this.operation = null;
                if (!succeeded) {
                    operation.setStatus(StatusCode.ERROR);
                }
                end(operation, System.nanoTime());
            }
        }

        @Override
        public String traceParent() {
            SpanContext context = (operation == null ? guest : operation).getSpanContext();
            return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                    + context.getTraceFlags().asHex();
        }

        @Override
        public void end(Receipt receipt) {
            guest.setAttribute(CPU_NS, receipt.cpuNs())
                    .setAttribute(INSTANCE_START_NS, receipt.instanceStartNs())
                    .setAttribute(MEMORY_BYTES, receipt.memoryBytes());
            end(guest, startNs + receipt.runNs());
            call.setAttribute(OUTCOME, receipt.outcome().label()).setAttribute(STATUS, (long) receipt.status());
            if (receipt.outcome() != Outcome.RESPONSE || receipt.status() >= 500) {
                call.setStatus(StatusCode.ERROR);
            }
            end(call, receipt.endedNs());
        }
    }

    @Override
    public void close() {
        provider.shutdown().join(CLOSING_SECONDS_MAX, TimeUnit.SECONDS);
    }
}

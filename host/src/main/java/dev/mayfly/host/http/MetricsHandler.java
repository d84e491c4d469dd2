package dev.mayfly.host.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Answers {@code GET /observe/metrics}: the host's metrics and the JVM's, as Prometheus' text or OpenMetrics, whichever the client asks for. */
final class MetricsHandler implements Handler {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormatWriter text = PrometheusTextFormatWriter.create();
    private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();

    MetricsHandler(MultiCollector host) {
        registry.register(host);
        JvmMetrics.builder().register(registry);
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws IOException {
        String accept = request.headers().value(HeaderNames.ACCEPT).orElse("");
        ExpositionFormatWriter format = openMetrics.accepts(accept) ? openMetrics : text;
        ByteArrayOutputStream body = new ByteArrayOutputStream(32 << 10);
        format.write(body, registry.scrape());
        response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, format.getContentType()));
        response.send(body.toByteArray());
    }
}

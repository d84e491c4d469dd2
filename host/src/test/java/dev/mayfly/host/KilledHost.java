package dev.mayfly.host;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;

/** A host in another process, that will be killed, and its operator's key. */
record KilledHost(HttpClient client, HostProcess process, int index, String uri, String key) {
    private static final Duration LONGER_THAN_IDLE_MAX =
            Limits.defaults().versionIdleMax().plusDays(1);

    /** The one on a process' folder of that index. */
    static KilledHost of(HttpClient client, HostProcess process, int index, Path folder) {
        return new KilledHost(client, process, index, process.hosts().get(index), TestHost.key(folder));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(uri + path))
                .header("Authorization", "Bearer " + key)
                .timeout(Duration.ofMinutes(1));
    }

    /** Throws {@link IOException} once it is killed. */
    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return TestHost.send(client, request);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    /** Makes it so late that the host removes each version that no alias points to now. Each time to be called with one more. */
    void reap(int count) throws IOException {
        process.setClock(index, LONGER_THAN_IDLE_MAX.multipliedBy(count));
    }
}

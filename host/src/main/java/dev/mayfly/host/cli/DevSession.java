package dev.mayfly.host.cli;

import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.Deployment;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.MayflyClientException;
import dev.mayfly.host.catalog.SettingsJson;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code mayfly dev} does between starting its host and closing it. One thread. */
final class DevSession {
    /** Twice this passes between saving a file and the build: the watcher wants to see the same thing twice. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(150);

    private static final int NAMED_FILES_MAX = 3;

    private final CommandContext context;
    private final Terminal terminal;
    private final Path folder;
    private final URI calls;
    private final MayflyClient client;
    private final LogFollower log;
    private final ProjectBuild build;
    private final SourceWatcher watcher;
    private FunctionManifest manifest;
    private @Nullable String deployed;

    /** @param calls where the host is called */
    DevSession(
            CommandContext context,
            Path folder,
            FunctionManifest manifest,
            URI calls,
            MayflyClient client,
            LogFollower log) {
        this.context = context;
        this.terminal = context.terminal();
        this.folder = folder;
        this.manifest = manifest;
        this.calls = calls;
        this.client = client;
        this.log = log;
        this.build = new ProjectBuild(context);
        this.watcher = new SourceWatcher(folder, manifest.component());
    }

    /** Returns when it is time to stop. */
    void run() {
        String url = url(manifest.name());
        terminal.out().println(terminal.out(Terminal.Emphasis.BOLD, url));
        terminal.note("once it is built, try: curl " + url + "   (Ctrl-C stops)");
        attempt();
        while (!context.stop().await(LOOK_INTERVAL)) {
            List<Path> changes = watcher.changes();
            if (!changes.isEmpty()) {
                terminal.note("changed: " + named(changes));
                attempt();
            }
        }
    }

    private void attempt() {
        try {
            manifest = FunctionManifest.read(folder);
            watcher.ignore(manifest.component());
            build.run(manifest);
            deploy();
        } catch (CommandFailure failure) {
            failed(failure);
        } catch (MayflyClientException failure) {
            failed(HostFailure.of(failure));
        }
    }

    private void failed(CommandFailure failure) {
        if (!context.stop().isRequested()) {
            failure.print(terminal);
            terminal.note(
                    deployed == null
                            ? "waiting for a change"
                            : "the version before keeps answering; waiting for a change");
        }
    }

    private void deploy() {
        String name = manifest.name();
        DeployOptions options = DeployOptions.DEFAULTS.withSettings(SettingsJson.write(manifest.settings()));
        Deployment done = new Progress(terminal, name).upload(client, manifest.component(), options);
        terminal.note(terminal.err(Terminal.Emphasis.GREEN, FunctionText.deployment(Json.tree(done))));
        if (deployed != null && !deployed.equals(name)) {
            client.removeFunction(deployed);
            terminal.note(deployed + " is now " + name + ": " + url(name));
        }
        deployed = name;
        log.follow(name);
    }

    private String url(String name) {
        return calls + "/f/" + name;
    }

    private static String named(List<Path> files) {
        String names = files.stream().limit(NAMED_FILES_MAX).map(Path::toString).collect(Collectors.joining(", "));
        return files.size() > NAMED_FILES_MAX ? names + " and " + (files.size() - NAMED_FILES_MAX) + " more" : names;
    }
}

package dev.mayfly.host.cli;

import dev.mayfly.host.Host;
import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.memorypool.FreshMemoryCanary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;

/**
 * {@code mayfly training-run}: what the JVM learns from how Mayfly starts, in one go. The launcher runs it once, with
 * {@code -XX:AOTCacheOutput}, so that classes of the server and of the commands are loaded and linked ahead of time (JEP 483, 514, 515).
 */
@Command(
        name = "training-run",
        hidden = true,
        description = "Start a host, deploy a function, call it and stop, for the JDK's AOT cache.",
        footer = "  java -XX:AOTCacheOutput=mayfly.aot … training-run")
final class TrainingCommand extends StandardCommand {
    /** Enough for what runs on every request to be seen; how it runs fast is for the JIT to find out later. */
    private static final int CALLS = 20;

    private Map<String, String> environment = Map.of();

    TrainingCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() throws IOException {
        ServerLog.configure();
        try (TemporaryFolder folder = TemporaryFolder.create("mayfly-training")) {
            train(folder.path());
        }
        return ExitCode.OK;
    }

    private void train(Path folder) throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve(HostConfiguration.FILE_NAME), "listen: {port: 0}\n");
        HostConfiguration configuration = HostConfiguration.read(
                new HostConfiguration.Sources(null, Map.of(), Map.of(), Map.of("data-folder", data.toString())));
        try (Host host = Host.start(configuration.config())) {
            environment = Map.of("MAYFLY_KEY", String.valueOf(AdminKeyFile.read(data)));
            // Answers any request. In text format, so that nothing has to be built first.
            Files.write(folder.resolve("trained.wat"), FreshMemoryCanary.component());
            Files.writeString(
                    folder.resolve(FunctionManifest.FILE_NAME), "name = 'trained'\ncomponent = 'trained.wat'\n");
            String url = host.adminUri().toString();
            run("deploy", folder.toString(), "--host", url);
            run("list", "--host", url);
            run("show", "trained", "--host", url);
            for (int call = 0; call < CALLS; call++) {
                run("invoke", "trained", "-d", "", "--host", url);
            }
            run("remove", "trained", "--host", url);
            run("--help");
            run("serve", "--help");
            run("config", "show", "--data", data.toString());
        }
    }

    private void run(String... arguments) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Terminal silent =
                new Terminal(InputStream.nullInputStream(), nowhere, terminal.err(), false, false, false, false);
        int exitCode = Main.run(new CommandContext(silent, context.stop(), environment), arguments);
        if (exitCode != ExitCode.OK) {
            throw new CommandFailure(exitCode, "the training stopped at: mayfly " + String.join(" ", arguments));
        }
    }
}

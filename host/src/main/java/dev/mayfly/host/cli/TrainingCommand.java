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
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        Path folder = Files.createTempDirectory("mayfly-training");
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
        } finally {
            delete(folder);
        }
        return ExitCode.OK;
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

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

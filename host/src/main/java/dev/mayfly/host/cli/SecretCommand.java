package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly secret}. */
@Command(
        name = "secret",
        description = {
            "Set, list and remove secrets: what functions get through mayfly:secrets.",
            "The host keeps them sealed and never shows one. A function gets those that its [secrets] name."
        },
        footer = {
            "  mayfly secret set stripe-key < stripe.txt",
            "  mayfly secret set stripe-key --file stripe.txt",
            "  mayfly secret list",
            "  mayfly secret remove stripe-key",
            "  mayfly secret rotate-key"
        })
final class SecretCommand extends NounCommand {
    SecretCommand(CommandContext context) {
        super(context);
    }

    @Command(
            name = "set",
            description = {
                "Set a secret to what is on standard input, or in a file; one line break at its end is left out.",
                "Never to an argument: other users of the machine could see it."
            })
    int set(
            @Parameters(paramLabel = "NAME", description = "The secret's name.") String name,
            @Option(names = "--file", paramLabel = "FILE", description = "Where the value is.") @Nullable Path file,
            @Mixin HostOption host) {
        byte[] value = value(file);
        try (MayflyClient client = host.client(context)) {
            client.setSecret(name, value);
        }
        terminal.note(name + " is set");
        return ExitCode.OK;
    }

    private byte[] value(@Nullable Path file) {
        try (InputStream in = file == null ? terminal.in() : Files.newInputStream(file)) {
            byte[] value = in.readAllBytes();
            int end = value.length;
            if (end > 0 && value[end - 1] == '\n') {
                end -= end > 1 && value[end - 2] == '\r' ? 2 : 1;
            }
            return Arrays.copyOf(value, end);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + file);
        }
    }

    @Command(name = "remove", description = "Remove a secret. Functions that have it can't read it any more.")
    int remove(
            @Parameters(paramLabel = "NAME", description = "The secret's name.") String name, @Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.removeSecret(name);
        }
        terminal.note(name + " is removed");
        return ExitCode.OK;
    }

    @Command(name = "rotate-key", description = "Seal all secrets and configurations with a new key, for all tenants.")
    int rotateKey(@Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.rotateSecretsKey();
        }
        terminal.note("all secrets and configurations are sealed with a new key");
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List the secrets' names.")
    int list(@Mixin HostOption host, @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("secrets", client.listSecrets()), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        Table table = new Table("NAME", "SET");
        for (JsonNode secret : answer.path("secrets")) {
            table.row(secret.path("name").asText(), FunctionText.time(secret, "updatedAt"));
        }
        table.print(terminal);
    }
}

package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Guests;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command line as a whole: help, mistakes and exit codes. What commands do with a host is in {@link HostCommandsTest}. */
final class MainTest {
    /** What {@code mayfly --help} lists. */
    private static List<String> commands() {
        return Main.commandLine(CapturedRun.plain().context()).getSubcommands().entrySet().stream()
                .filter(command ->
                        !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .filter(name -> !name.equals("help"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithExamplesAndExitCodes(String command) {
        CapturedRun.of(command, "--help")
                .exits(ExitCode.OK)
                .prints(
                        "Usage: mayfly " + command,
                        "Examples:\n  ",
                        "mayfly " + command,
                        "Exit codes:\n  0   done",
                        "4   no host answers");
        CapturedRun.of("help", command).exits(ExitCode.OK).prints("Usage: mayfly " + command);
        CapturedRun.of("--help").exits(ExitCode.OK).prints("\n  " + command + " ");
    }

    @Test
    void helpFitsATerminal() {
        for (String command : commands()) {
            CapturedRun.of(command, "--help").out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
        }
    }

    @Test
    void theReadmeNamesEveryCommand() throws IOException {
        String readme = Files.readString(Guests.home().resolve("README.md"));
        for (String command : commands()) {
            assertTrue(readme.contains("`" + command + "`"), command);
        }
    }

    @Test
    void theVersionIsTheBuilds() {
        String version = CapturedRun.of("--version").exits(ExitCode.OK).out();
        assertTrue(version.matches("mayfly \\d+\\.\\d+\\.\\d+.*\\n"), version);
        CapturedRun.of("version").exits(ExitCode.OK).prints(version.strip(), "Java 25");
        CapturedRun.of("version", "--output", "json")
                .exits(ExitCode.OK)
                .prints("\"mayfly\" : \"" + version.strip().substring(7) + "\"");
    }

    @Test
    void noCommandIsAMistake() {
        CapturedRun.of().exits(ExitCode.USAGE).says("name a command", "mayfly --help");
    }

    @Test
    void anUnknownCommandIsAnsweredWithTheNearest() {
        CapturedRun.of("depoly", "hello.wasm").exits(ExitCode.USAGE).says("depoly", "deploy");
    }

    @Test
    void anUnknownOptionLeadsToTheCommandsHelp() {
        CapturedRun.of("list", "--long").exits(ExitCode.USAGE).says("--long", "see: mayfly list --help");
    }

    @Test
    void aMissingArgumentIsNamed() {
        CapturedRun.of("deploy").exits(ExitCode.USAGE).says("FILE|FOLDER");
        CapturedRun.of("invoke").exits(ExitCode.USAGE).says("NAME");
    }

    @Test
    void wrongValuesAreMistakesThatSayWhatIsRight() {
        CapturedRun.of("list", "--output", "yaml").exits(ExitCode.USAGE).says("yaml", "text", "json");
        CapturedRun.of("list", "--host", "ftp://example.org")
                .exits(ExitCode.USAGE)
                .says("ftp://example.org", "http://NAME:PORT");
        CapturedRun.of("invoke", "hello", "--deadline", "soon")
                .exits(ExitCode.USAGE)
                .says("'soon' is not a time");
        CapturedRun.of("invoke", "hello", "-H", "no colon")
                .exits(ExitCode.USAGE)
                .says("no colon", "NAME: VALUE");
        CapturedRun.of("invoke", "hello", "-H", "Connection: close")
                .exits(ExitCode.USAGE)
                .says("Connection: close");
        CapturedRun.of("invoke", "hello", "-X", "NO SPACES")
                .exits(ExitCode.USAGE)
                .says("NO SPACES");
    }

    @Test
    void whereNoHostAnswersThereIsAnExitCodeOfItsOwn(@TempDir Path folder) throws IOException {
        String nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + free.getLocalPort();
        }
        Path component = Files.writeString(folder.resolve("hello.wasm"), "(component)");
        for (String[] command : new String[][] {
            {"list"},
            {"bindings"},
            {"show", "hello"},
            {"remove", "hello"},
            {"invoke", "hello"},
            {"deploy", component.toString()}
        }) {
            String[] arguments = Arrays.copyOf(command, command.length + 2);
            arguments[command.length] = "--host";
            arguments[command.length + 1] = nobody;
            CapturedRun.of(arguments)
                    .exits(ExitCode.UNREACHABLE)
                    .says("no host answers at http://" + nobody, "mayfly serve", "--host");
        }
    }

    @Test
    void somethingElseThatAnswersIsNotTakenForAHost() {
        WebServer other = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                .routing(routing -> routing.get(
                                "/v1/functions", (request, response) -> response.send("<h1>It works!</h1>"))
                        .get("/v1/functions/other", (request, response) -> response.send("[1]")))
                .build()
                .start();
        try {
            String host = "http://127.0.0.1:" + other.port();
            CapturedRun.of("list", "--host", host)
                    .exits(ExitCode.FAILED)
                    .says("status 200", "not as a Mayfly host does");
            CapturedRun.of("health", "--host", host).exits(ExitCode.FAILED).says("not as a Mayfly host does");
            CapturedRun.of("show", "other", "--host", host)
                    .exits(ExitCode.FAILED)
                    .says("status 200", "not as a Mayfly host does");
            CapturedRun.of("show", "hello", "--host", host)
                    .exits(ExitCode.FAILED)
                    .says("status 404", "not as a Mayfly host does");
        } finally {
            other.stop();
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        CapturedRun.of("deploy", "no/such.wasm").exits(ExitCode.FAILED).says("there is no readable file no/such.wasm");
        CapturedRun.of("invoke", "hello", "-d", "@no/such.txt")
                .exits(ExitCode.FAILED)
                .says("there is no readable file no/such.txt");
    }

    @Test
    void aFileWhoseNameNoFunctionCanHaveNeedsAName() {
        CapturedRun.of("deploy", "Größe.wasm").exits(ExitCode.USAGE).says("--name NAME");
    }

    @Test
    void theBenchmarksAreTheLaunchers() {
        CapturedRun.of("bench", "fresh", "--quick").exits(ExitCode.TOOL_MISSING).says("./mayfly bench");
    }

    @Test
    void coloursAreForTerminalsOnly() {
        assertTrue(
                CapturedRun.onTerminal(true).run("list", "--long").err().startsWith("\u001b[1;31mmayfly:\u001b[0m "));
        assertFalse(CapturedRun.onTerminal(false).run("list", "--long").err().contains("\u001b"));
        assertFalse(CapturedRun.of("--help").out().contains("\u001b"));
        assertTrue(CapturedRun.onTerminal(true).run("--help").out().contains("\u001b"));
    }

    @Test
    void aMistakeInADeployedFolderEndsBeforeTheUpload(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), "name = \"hello\"\ncomponents = \"a.wasm\"\n");
        assertEquals(
                "",
                CapturedRun.of("deploy", folder.toString())
                        .exits(ExitCode.FAILED)
                        .says("the key components is unknown; did you mean component?")
                        .out());
        Files.writeString(
                folder.resolve("mayfly.toml"), "name = \"hello\"\ncomponent = \"a.wasm\"\nbuild = \"exit 3\"\n");
        assertEquals(
                "",
                CapturedRun.of("deploy", folder.toString())
                        .exits(ExitCode.FAILED)
                        .says("the build failed with status 3")
                        .out());
    }
}

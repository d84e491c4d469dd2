package dev.mayfly.host.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** {@code mayfly version}. */
@Command(
        name = "version",
        description = "Print the version of Mayfly and what it runs on.",
        footer = {"  mayfly version", "  mayfly version --output json"})
final class VersionCommand extends StandardCommand {
    @Mixin
    private final OutputOption output = new OutputOption();

    VersionCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("mayfly", version());
        versions.put("java", Runtime.version().toString());
        versions.put("platform", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        terminal.out()
                .println(
                        output.isJson()
                                ? Json.pretty(versions)
                                : "mayfly " + versions.get("mayfly") + " (Java " + versions.get("java") + ", "
                                        + versions.get("platform") + ")");
        return ExitCode.OK;
    }

    /** The version this was built as. Maven writes it into the resource. */
    static String version() {
        try (InputStream resource = VersionCommand.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (resource != null) {
                properties.load(resource);
            }
            return properties.getProperty("version", "of an unknown build");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** For {@code mayfly --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"mayfly " + version()};
        }
    }
}

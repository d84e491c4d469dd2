package dev.mayfly.hostinterfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which interface needs which kind of binding. */
final class BindingKindTest {
    private static final Pattern PACKAGE = Pattern.compile("^package ([a-z:]+)@", Pattern.MULTILINE);
    private static final Pattern INTERFACE = Pattern.compile("^interface ([a-z-]+) ", Pattern.MULTILINE);
    private static final Pattern GRANT = Pattern.compile("`([a-z]+)` binding that the function was granted");

    @Test
    void everyInterfaceThatWorksOnAGrantSaysSoInItsWit() throws IOException {
        Map<String, BindingKind> documented = new TreeMap<>();
        try (Stream<Path> files = Files.walk(wit())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file);
                Matcher grant = GRANT.matcher(text);
                if (grant.find()) {
                    documented.put(
                            first(PACKAGE, text) + "/" + first(INTERFACE, text),
                            BindingKind.valueOf(grant.group(1).toUpperCase(Locale.ROOT)));
                }
            }
        }
        Map<String, BindingKind> own = new TreeMap<>();
        for (BindingKind kind : BindingKind.values()) {
            kind.interfaces().stream()
                    .filter(name -> name.startsWith("mayfly:"))
                    .forEach(name -> own.put(name, kind));
        }
        assertEquals(documented, own);
    }

    @Test
    void theKindDoesNotDependOnTheVersion() {
        assertEquals(BindingKind.HTTP, BindingKind.neededFor("wasi:http/outgoing-handler@0.2.9"));
        assertEquals(BindingKind.KV, BindingKind.neededFor("mayfly:kv/kv"));
        assertNull(BindingKind.neededFor("mayfly:log/log@0.1.0"));
        assertNull(BindingKind.neededFor("wasi:http/types@0.2.0"));
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new AssertionError(pattern + " is not in: " + text);
        }
        return found.group(1);
    }

    private static Path wit() {
        // Tests run in their module's folder.
        return Path.of("").toAbsolutePath().resolveSibling("wit");
    }
}

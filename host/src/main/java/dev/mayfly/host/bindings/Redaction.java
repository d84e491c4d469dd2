package dev.mayfly.host.bindings;

import dev.mayfly.host.config.YamlNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What may be shown of a file's bindings: everything but what is, or may be, a credential. Where one is to be found is none. */
public final class Redaction {
    /** In the place of what is hidden. */
    public static final String HIDDEN = "(secret)";

    /** Names of what had better not stand in a file. */
    private static final Pattern SENSITIVE =
            Pattern.compile("value|headers|.*(auth|cookie|key|token|secret|password).*", Pattern.CASE_INSENSITIVE);

    private static final Pattern URL_PASSWORD = Pattern.compile("(//[^/?#@\\s]*@|(?i:password|token|secret)=[^&\\s]*)");

    private Redaction() {}

    /** The same with {@value #HIDDEN} in the place of each credential. */
    public static YamlNode of(YamlNode bindings) {
        if (!(bindings instanceof YamlNode.Entries named)) {
            return bindings;
        }
        Map<String, YamlNode> shown = new LinkedHashMap<>();
        named.entries().forEach((name, settings) -> shown.put(name, of(settings, false)));
        return new YamlNode.Entries(named.place(), shown, named.keys());
    }

    private static YamlNode of(YamlNode node, boolean isSensitive) {
        return switch (node) {
            case YamlNode.Scalar scalar -> of(scalar, isSensitive);
            case YamlNode.Items items ->
                new YamlNode.Items(
                        items.place(),
                        items.items().stream()
                                .map(item -> of(item, isSensitive))
                                .toList());
            case YamlNode.Entries entries -> {
                boolean isReference =
                        Settings.REFERENCES.containsAll(entries.entries().keySet());
                Map<String, YamlNode> shown = new LinkedHashMap<>();
                entries.entries()
                        .forEach((key, value) ->
                                shown.put(key, of(value, !isReference && (isSensitive || isSensitive(key)))));
                yield new YamlNode.Entries(entries.place(), shown, entries.keys());
            }
        };
    }

    private static YamlNode of(YamlNode.Scalar scalar, boolean isSensitive) {
        String text = scalar.text();
        return text == null ? scalar : new YamlNode.Scalar(scalar.place(), isSensitive ? HIDDEN : url(text));
    }

    /** A URL without the credentials in it. */
    public static String url(String text) {
        return URL_PASSWORD
                .matcher(text)
                .replaceAll(found -> found.group().startsWith("//")
                        ? "//" + HIDDEN + "@"
                        : found.group().replaceFirst("=.*", "=" + HIDDEN));
    }

    static boolean isSensitive(String key) {
        return SENSITIVE.matcher(key).matches();
    }
}

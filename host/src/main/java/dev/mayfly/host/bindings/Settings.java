package dev.mayfly.host.bindings;

import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.Suggestion;
import dev.mayfly.host.config.WrongSettingException;
import dev.mayfly.host.config.YamlNode;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One binding's settings as the file has them. Whatever is wrong is said with file and line, and never with a credential. */
final class Settings {
    /** A key that every binding has: whose functions may use it. */
    static final String TENANTS = "tenants";

    /** How a credential is named that isn't in the file itself. */
    static final Set<String> REFERENCES = Set.of("env", "file");

    /** Names of what had better not stand in a file; other headers may. */
    private static final Pattern SENSITIVE =
            Pattern.compile(".*(auth|cookie|key|token|secret|password).*", Pattern.CASE_INSENSITIVE);

    private final Path file;
    private final String owner;
    private final YamlNode.Entries entries;
    private final Map<String, String> environment;
    private final Consumer<String> warnings;

    /**
     * Settings of a binding.
     *
     * @param file that they stand in
     * @param owner whose they are
     * @param environment for credentials
     * @param warnings takes what had better be otherwise
     */
    Settings(
            Path file,
            String owner,
            YamlNode.Entries entries,
            Map<String, String> environment,
            Consumer<String> warnings) {
        this.file = file;
        this.owner = owner;
        this.entries = entries;
        this.environment = environment;
        this.warnings = warnings;
    }

    /** Where they begin. */
    Place place() {
        return entries.place();
    }

    /** The binding's. */
    String name() {
        return owner;
    }

    /** Of the binding as a whole. */
    WrongSettingException wrong(String sentence) {
        return new WrongSettingException(entries.place(), "binding " + owner + ": " + sentence);
    }

    /** Of a key's value. */
    WrongSettingException wrong(String key, String sentence) {
        YamlNode node = entries.entries().get(key);
        return wrong(node == null ? entries.place() : node.place(), key, key + ": " + sentence);
    }

    /** @param path of the value; what it begins with is the key */
    private WrongSettingException wrong(Place place, String path, String sentence) {
        return new WrongSettingException(place, "binding " + owner + ": " + sentence, path.replaceFirst("\\..*", ""));
    }

    /** Refuses keys other than these and those which every binding has. */
    void requireKnown(String... keys) {
        List<String> known = Stream.concat(Stream.of("kind", "provider", "concurrency", TENANTS), Stream.of(keys))
                .toList();
        entries.entries().keySet().forEach(key -> {
            if (!known.contains(key)) {
                throw wrong(entries.keyPlace(key), key, key + " is unknown; " + Suggestion.among(key, known));
            }
        });
    }

    @Nullable
    String text(String key) {
        YamlNode node = entries.entries().get(key);
        return node == null ? null : text(key, node);
    }

    private String text(String key, YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar
                && scalar.text() != null
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        throw wrong(node.place(), key, key + " must be a single value");
    }

    String text(String key, String fallback) {
        String text = text(key);
        return text == null ? fallback : text;
    }

    String requiredText(String key) {
        return required(key, text(key));
    }

    private <T> T required(String key, @Nullable T value) {
        if (value == null) {
            throw wrong(key + " is missing");
        }
        return value;
    }

    /** A value that {@code parser} understands; it throws {@link IllegalArgumentException} with what it wants instead. */
    private <T> T parsed(String key, T fallback, Function<String, T> parser) {
        String text = text(key);
        if (text == null) {
            return fallback;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw wrong(key, String.valueOf(e.getMessage()));
        }
    }

    long bytes(String key, long fallback) {
        return parsed(key, fallback, text -> ByteSize.parse(text).bytes());
    }

    Duration time(String key, Duration fallback) {
        return parsed(key, fallback, text -> TimeSpan.parse(text).duration());
    }

    int count(String key, int fallback) {
        return parsed(key, fallback, text -> {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
            }
        });
    }

    boolean flag(String key, boolean fallback) {
        return parsed(key, fallback, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        });
    }

    /** One of some words; it may be missing where there is a fallback. */
    String word(String key, Collection<String> words, @Nullable String fallback) {
        String word = text(key, fallback == null ? "" : fallback);
        if (word.isEmpty()) {
            throw wrong(key + " is missing; there are " + String.join(", ", words));
        }
        if (!words.contains(word)) {
            YamlNode node = entries.entries().get(key);
            throw wrong(
                    node == null ? entries.place() : node.place(),
                    key,
                    key + " '" + word + "' is unknown; " + Suggestion.among(word, words));
        }
        return word;
    }

    /** A path; a relative one begins where the file is. */
    @Nullable
    Path path(String key) {
        String text = text(key);
        return text == null ? null : file.toAbsolutePath().resolveSibling(text).normalize();
    }

    Path requiredPath(String key) {
        return required(key, path(key));
    }

    List<String> texts(String key) {
        YamlNode node = entries.entries().get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof YamlNode.Items items)) {
            throw wrong(node.place(), key, key + " must be a list");
        }
        List<String> texts = new ArrayList<>();
        items.items().forEach(item -> texts.add(text(key, item)));
        return texts;
    }

    @Nullable
    Credential credential(String key) {
        YamlNode node = entries.entries().get(key);
        return node == null ? null : credential(key, node);
    }

    Credential requiredCredential(String key) {
        return required(key, credential(key));
    }

    /** The value of a credential that has to be there now; null where none is given. */
    @Nullable
    String secret(String key) {
        Credential credential = credential(key);
        return credential == null ? null : value(key, credential);
    }

    String requiredSecret(String key) {
        return required(key, secret(key));
    }

    private String value(String key, Credential credential) {
        try {
            return credential.value();
        } catch (IllegalArgumentException e) {
            throw wrong(key, String.valueOf(e.getMessage()));
        }
    }

    /** Names with values that are, or may be, credentials. */
    List<Map.Entry<String, String>> secrets(String key) {
        YamlNode node = entries.entries().get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof YamlNode.Entries named)) {
            throw wrong(node.place(), key, key + " must be a mapping of names to values");
        }
        Map<String, String> values = new LinkedHashMap<>();
        named.entries().forEach((name, value) -> values.put(name, value(key, credential(key + "." + name, value))));
        return List.copyOf(values.entrySet());
    }

    private Credential credential(String key, YamlNode node) {
        if (node instanceof YamlNode.Scalar) {
            String literal = text(key, node);
            if (SENSITIVE.matcher(key).matches()) {
                warnings.accept(node.place() + ": binding " + owner + ": " + key
                        + " stands in the file itself; {env: NAME} or {file: PATH} would keep it out");
            }
            return new Credential.Literal(literal);
        }
        if (node instanceof YamlNode.Entries named
                && named.entries().size() == 1
                && REFERENCES.containsAll(named.entries().keySet())) {
            Map<String, YamlNode> reference = named.entries();
            String how = reference.keySet().iterator().next();
            String where = text(key + "." + how, reference.values().iterator().next());
            return how.equals("env")
                    ? new Credential.Variable(where, environment)
                    : new Credential.Content(
                            file.toAbsolutePath().resolveSibling(where).normalize());
        }
        throw wrong(node.place(), key, key + " must be {env: NAME} or {file: PATH}");
    }
}

package dev.mayfly.host.cli;

import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.Suggestion;
import dev.mayfly.host.config.WrongSettingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A table of a manifest. What is wrong in it is noted with its place, and reading goes on to what else is. */
final class ManifestTable {
    private final Path file;
    private final TomlTable table;
    private final Place place;
    private final String prefix;
    private final List<WrongSettingException> problems;

    /**
     * The whole of a file.
     *
     * @param problems takes what is wrong
     */
    ManifestTable(Path file, TomlTable table, List<WrongSettingException> problems) {
        this(file, table, new Place(file, 1, 1), "", problems);
    }

    private ManifestTable(
            Path file, TomlTable table, Place place, String prefix, List<WrongSettingException> problems) {
        this.file = file;
        this.table = table;
        this.place = place;
        this.prefix = prefix;
        this.problems = problems;
    }

    void refuse(String key, String sentence) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        problems.add(new WrongSettingException(position == null ? place : TomlFile.place(file, position), sentence));
    }

    /** @param answers to keys that are not known, but deserve more than that */
    void requireKnown(Collection<String> known, Map<String, String> answers) {
        for (String key : table.keySet()) {
            if (answers.containsKey(key)) {
                refuse(key, answers.get(key));
            } else if (!known.contains(key)) {
                refuse(key, "the key " + prefix + key + " is unknown; " + Suggestion.among(key, known));
            }
        }
    }

    private @Nullable Object value(String key) {
        return table.get(List.of(key));
    }

    boolean has(String key) {
        return value(key) != null;
    }

    @Nullable
    String text(String key) {
        return switch (value(key)) {
            case null -> null;
            case String text when !text.isBlank() -> text;
            default -> {
                refuse(key, prefix + key + " must be text in quotes");
                yield null;
            }
        };
    }

    /** The empty text where it is missing. */
    String requiredText(String key) {
        if (!has(key)) {
            refuse(key, "the key " + prefix + key + " is missing");
        }
        String text = text(key);
        return text == null ? "" : text;
    }

    /** One of some words; null where it is neither that nor anything. */
    @Nullable
    String word(String key, Collection<String> words) {
        String word = text(key);
        if (word != null && !words.contains(word)) {
            refuse(key, prefix + key + " = \"" + word + "\" is unknown; " + Suggestion.among(word, words));
            return null;
        }
        return word;
    }

    boolean flag(String key) {
        return switch (value(key)) {
            case null -> false;
            case Boolean flag -> flag;
            default -> {
                refuse(key, prefix + key + " must be true or false");
                yield false;
            }
        };
    }

    SortedSet<String> texts(String key) {
        SortedSet<String> texts = new TreeSet<>();
        switch (value(key)) {
            case null -> {}
            case TomlArray list -> {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof String text) {
                        texts.add(text);
                    } else {
                        problems.add(new WrongSettingException(
                                TomlFile.place(file, list.inputPositionOf(i)),
                                prefix + key + " must be a list of texts in quotes"));
                    }
                }
            }
            default -> refuse(key, prefix + key + " must be a list: " + key + " = [\"orders\"]");
        }
        return texts;
    }

    SortedSet<Integer> numbers(String key) {
        SortedSet<Integer> numbers = new TreeSet<>();
        if (value(key) instanceof TomlArray list && list.toList().stream().allMatch(Long.class::isInstance)) {
            list.toList().forEach(number -> numbers.add(((Long) number).intValue()));
        } else if (has(key)) {
            refuse(key, prefix + key + " must be a list of numbers: " + key + " = [200]");
        }
        return numbers;
    }

    /** What {@code [[key]]} begins, one by one. */
    List<ManifestTable> tables(String key) {
        List<ManifestTable> tables = new ArrayList<>();
        if (value(key) instanceof TomlArray list && list.toList().stream().allMatch(TomlTable.class::isInstance)) {
            for (int i = 0; i < list.size(); i++) {
                Place at = TomlFile.place(file, list.inputPositionOf(i));
                tables.add(new ManifestTable(file, list.getTable(i), at, prefix + key + ".", problems));
            }
        } else if (has(key)) {
            refuse(
                    key,
                    prefix + key + " must be tables: write [[" + prefix + key + "]] before each, on a line of its own");
        }
        return tables;
    }

    /** Null where it isn't there, or is no table. */
    @Nullable
    ManifestTable table(String key) {
        return switch (value(key)) {
            case null -> null;
            case TomlTable inner -> {
                TomlPosition position = table.inputPositionOf(List.of(key));
                Place at = position == null ? place : TomlFile.place(file, position);
                yield new ManifestTable(file, inner, at, prefix + key + ".", problems);
            }
            default -> {
                refuse(
                        key,
                        prefix + key + " must be a table: write [" + key
                                + "] on a line of its own, and its entries below");
                yield null;
            }
        };
    }

    /** Texts by name; numbers and booleans become text. */
    Map<String, String> entries(String key) {
        ManifestTable inner = table(key);
        Map<String, String> entries = new LinkedHashMap<>();
        if (inner != null) {
            for (String name : inner.table.keySet()) {
                switch (inner.value(name)) {
                    case String text -> entries.put(name, text);
                    case Boolean flag -> entries.put(name, flag.toString());
                    case Long number -> entries.put(name, number.toString());
                    case Double number -> entries.put(name, number.toString());
                    case null, default -> inner.refuse(name, key + "." + name + " must be text, a number or a boolean");
                }
            }
        }
        return Collections.unmodifiableMap(entries);
    }
}

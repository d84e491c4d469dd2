package dev.mayfly.host.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a YAML file, each value with its place, so that a complaint can say where to look. A small file can't become much: sizes and depth
 * are bounded, and aliases, by which a few lines stand for gigabytes, are not read.
 */
public sealed interface YamlNode {
    /** Limit {@code yaml-bytes-max}: of a file. */
    int BYTES_MAX = 1 << 20;

    /** Limit {@code yaml-depth-max}: mappings and lists within one another. */
    int DEPTH_MAX = 20;

    Place place();

    /** Text, a number or a boolean: as it is written. Null where nothing is. */
    record Scalar(Place place, @Nullable String text) implements YamlNode {}

    record Items(Place place, List<YamlNode> items) implements YamlNode {}

    /**
     * A mapping.
     *
     * @param keys where each key stands
     */
    record Entries(Place place, Map<String, YamlNode> entries, Map<String, Place> keys) implements YamlNode {
        /** The same without an entry. */
        public Entries without(String key) {
            Map<String, YamlNode> others = new LinkedHashMap<>(entries);
            others.remove(key);
            return new Entries(place, Collections.unmodifiableMap(others), keys);
        }

        public Place keyPlace(String key) {
            return keys.getOrDefault(key, place);
        }
    }

    /** Whether nothing stands there. */
    default boolean isEmpty() {
        return this instanceof Scalar scalar && scalar.text() == null;
    }

    /**
     * Reads a file.
     *
     * @return null for one with nothing in it
     * @throws WrongSettingException naming the place; it quotes nothing of the file, which may hold secrets
     * @throws MayflyException.Invalid when it can't be read
     */
    static @Nullable YamlNode read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        } catch (IOException e) {
            throw new MayflyException.Invalid("the file " + file + " can't be read: " + e);
        }
        Place start = new Place(file, 1, 1);
        if (bytes.length > BYTES_MAX) {
            throw new WrongSettingException(start, "the file is too large: limit yaml-bytes-max=" + BYTES_MAX);
        }
        try {
            return parse(
                    file,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new WrongSettingException(start, "the file is not UTF-8");
        }
    }

    private static @Nullable YamlNode parse(Path file, String text) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            YamlNode root = first == null ? null : node(file, parser, first, 1);
            if (parser.nextToken() != null) {
                throw new WrongSettingException(place(file, parser), "there is a second document; one is read");
            }
            return root;
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            // The first line is the parser's own words, the others show the text.
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new WrongSettingException(
                    where == null ? new Place(file, 1, 1) : new Place(file, where.getLineNr(), where.getColumnNr()),
                    "this is no YAML: " + what);
        } catch (IOException e) {
            throw new MayflyException.Internal("reading from memory can't fail", e);
        }
    }

    private static YamlNode node(Path file, YAMLParser parser, JsonToken token, int depth) throws IOException {
        Place place = place(file, parser);
        if (parser.isCurrentAlias()) {
            throw new WrongSettingException(
                    place, "aliases (*name) are not read, limit yaml-alias-count-max=0; write the value again");
        }
        if (depth > DEPTH_MAX) {
            throw new WrongSettingException(place, "this is nested too deep: limit yaml-depth-max=" + DEPTH_MAX);
        }
        return switch (token) {
            case START_OBJECT -> entries(file, parser, place, depth);
            case START_ARRAY -> items(file, parser, place, depth);
            case VALUE_NULL -> new Scalar(place, null);
            default -> new Scalar(place, parser.getText());
        };
    }

    private static YamlNode entries(Path file, YAMLParser parser, Place place, int depth) throws IOException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        Map<String, Place> keys = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            Place keyPlace = place(file, parser);
            if (keys.put(key, keyPlace) != null) {
                throw new WrongSettingException(keyPlace, key + " is there twice");
            }
            entries.put(key, node(file, parser, parser.nextToken(), depth + 1));
        }
        return new Entries(place, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
    }

    private static YamlNode items(Path file, YAMLParser parser, Place place, int depth) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(node(file, parser, token, depth + 1));
        }
        return new Items(place, Collections.unmodifiableList(items));
    }

    private static Place place(Path file, YAMLParser parser) {
        JsonLocation where = parser.currentTokenLocation();
        return new Place(file, where.getLineNr(), where.getColumnNr());
    }
}

package dev.mayfly.host.bindings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands in a YAML file, each value with its line, so that a complaint can say where to look. */
sealed interface YamlNode {
    int line();

    /** Text, a number or a boolean: as it is written. Null where nothing is. */
    record Scalar(int line, @Nullable String text) implements YamlNode {}

    record Items(int line, List<YamlNode> items) implements YamlNode {}

    record Entries(int line, Map<String, YamlNode> entries) implements YamlNode {}

    /**
     * Reads a file's text.
     *
     * @return null for a file with nothing in it
     * @throws MayflyException.Invalid naming the file and the line; it quotes nothing of the file, which may hold secrets
     */
    static @Nullable YamlNode parse(Path file, String text) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            YamlNode root = first == null ? null : node(file, parser, first);
            if (parser.nextToken() != null) {
                throw wrong(file, line(parser), "there is a second document; one is read");
            }
            return root;
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            // The first line is the parser's own words, the others show the text.
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw wrong(file, where == null ? 1 : where.getLineNr(), "this is no YAML: " + what);
        } catch (IOException e) {
            throw new MayflyException.Internal("reading from memory can't fail", e);
        }
    }

    private static YamlNode node(Path file, YAMLParser parser, JsonToken token) throws IOException {
        int line = line(parser);
        if (parser.isCurrentAlias()) {
            throw wrong(file, line, "aliases (*name) are not read here; write the value again");
        }
        return switch (token) {
            case START_OBJECT -> entries(file, parser, line);
            case START_ARRAY -> items(file, parser, line);
            case VALUE_NULL -> new Scalar(line, null);
            default -> new Scalar(line, parser.getText());
        };
    }

    private static YamlNode entries(Path file, YAMLParser parser, int line) throws IOException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int keyLine = line(parser);
            if (entries.containsKey(key)) {
                throw wrong(file, keyLine, key + " is there twice");
            }
            entries.put(key, node(file, parser, parser.nextToken()));
        }
        return new Entries(line, Collections.unmodifiableMap(entries));
    }

    private static YamlNode items(Path file, YAMLParser parser, int line) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(node(file, parser, token));
        }
        return new Items(line, Collections.unmodifiableList(items));
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static WrongSettingException wrong(Path file, int line, String sentence) {
        return new WrongSettingException(file, line, sentence);
    }
}

package dev.mayfly.host.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@link FunctionSettings} as one JSON document, in one canonical form: members in the order of their names, none that says what is so anyway, no
 * white space. So equal settings are equal text, and a setting that a later Mayfly adds changes no digest of those who don't use it.
 *
 * <pre>{@code
 * {"bindings":{"db":"orders-db"},"config":{"greeting":"Salut"},"selectable":true,"topics":["orders"]}
 * }</pre>
 *
 * <p>Reading is strict: a member that is unknown or comes twice is refused with its path. By token rather than by data binding: a host reads
 * thousands of these before it answers its first call.
 */
public final class SettingsJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final String PUBLIC = "public";
    private static final String MEMBERS =
            "bindings, config, cors, limits, secrets, selectable, topics, visibility, warmup";

    private SettingsJson() {}

    /** The canonical form. */
    public static String write(FunctionSettings settings) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            writeTexts(json, "bindings", settings.bindings());
            writeTexts(json, "config", settings.config());
            writeCors(json, settings.cors());
            writeTexts(json, "limits", settings.limits().texts());
            writeTexts(json, "secrets", settings.secrets());
            if (settings.selectable()) {
                json.writeBooleanField("selectable", true);
            }
            writeTexts(json, "topics", settings.topics());
            if (settings.isPublic()) {
                json.writeStringField("visibility", PUBLIC);
            }
            if (settings.warmup() != null) {
                json.writeFieldName("warmup");
                WarmupJson.write(json, settings.warmup());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory can't fail", e);
        }
        return text.toString();
    }

    private static void writeCors(JsonGenerator json, @Nullable Cors cors) throws IOException {
        if (cors != null) {
            json.writeObjectFieldStart("cors");
            writeTexts(json, "headers", cors.headers());
            json.writeNumberField("max-age-s", cors.maxAge().toSeconds());
            writeTexts(json, "methods", cors.methods());
            writeTexts(json, "origins", cors.origins());
            json.writeEndObject();
        }
    }

    private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts) throws IOException {
        if (!texts.isEmpty()) {
            json.writeObjectFieldStart(name);
            for (Map.Entry<String, String> text : texts.entrySet()) {
                json.writeStringField(text.getKey(), text.getValue());
            }
            json.writeEndObject();
        }
    }

    private static void writeTexts(JsonGenerator json, String name, Collection<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            json.writeArrayFieldStart(name);
            for (String text : texts) {
                json.writeString(text);
            }
            json.writeEndArray();
        }
    }

    /**
     * Reads a document in any form.
     *
     * @throws MayflyException.Invalid naming what is wrong and where: {@code /config/greeting}
     */
    public static FunctionSettings parse(String text) {
        try (JsonParser json = FACTORY.createParser(text)) {
            json.nextToken();
            FunctionSettings settings = settings(json);
            if (json.nextToken() != null) {
                throw wrong(json, "is followed by something else");
            }
            return settings;
        } catch (JsonParseException e) {
            throw new MayflyException.Invalid("settings: " + e.getOriginalMessage() + " at line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        } catch (JsonProcessingException e) {
            throw new MayflyException.Invalid("settings: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory can't fail", e);
        }
    }

    private static FunctionSettings settings(JsonParser json) throws IOException {
        FunctionSettings settings = FunctionSettings.NONE;
        require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            settings = switch (member) {
                case "bindings" -> settings.withBindings(textsByName(json));
                case "config" -> settings.withConfig(textsByName(json));
                case "cors" -> settings.withCors(cors(json));
                case "secrets" -> settings.withSecrets(textsByName(json));
                case "limits" -> settings.withLimits(FunctionLimits.parse(textsByName(json)));
                case "selectable" -> settings.withSelectable(bool(json));
                case "topics" -> settings.withTopics(texts(json));
                case "visibility" -> settings.withPublic(isPublic(json));
                case "warmup" -> settings.withWarmup(WarmupJson.read(json));
                default -> throw wrong(json, "is unknown; the members here are " + MEMBERS);
            };
        }
        return settings;
    }

    private static Map<String, String> textsByName(JsonParser json) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            texts.put(name, text(json));
        }
        return texts;
    }

    private static SortedSet<String> texts(JsonParser json) throws IOException {
        SortedSet<String> texts = new TreeSet<>();
        require(json, JsonToken.START_ARRAY, "must be an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            texts.add(text(json));
        }
        return texts;
    }

    static String text(JsonParser json) throws IOException {
        require(json, JsonToken.VALUE_STRING, "must be a text");
        return json.getText();
    }

    private static Cors cors(JsonParser json) throws IOException {
        SortedSet<String> origins = new TreeSet<>();
        SortedSet<String> methods = new TreeSet<>();
        SortedSet<String> headers = new TreeSet<>();
        Duration maxAge = Duration.ZERO;
        require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "origins" -> origins = texts(json);
                case "methods" -> methods = texts(json);
                case "headers" -> headers = texts(json);
                case "max-age-s" -> {
                    require(json, JsonToken.VALUE_NUMBER_INT, "must be a whole number of seconds");
                    maxAge = Duration.ofSeconds(json.getIntValue());
                }
                default -> throw wrong(json, "is unknown; the members here are headers, max-age-s, methods, origins");
            }
        }
        return new Cors(origins, methods, headers, maxAge);
    }

    private static boolean isPublic(JsonParser json) throws IOException {
        String visibility = text(json);
        if (!visibility.equals(PUBLIC) && !visibility.equals("private")) {
            throw wrong(json, "must be public or private");
        }
        return visibility.equals(PUBLIC);
    }

    static boolean bool(JsonParser json) {
        JsonToken token = json.currentToken();
        if (token == null || !token.isBoolean()) {
            throw wrong(json, "must be true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    static void require(JsonParser json, JsonToken token, String otherwise) {
        if (json.currentToken() != token) {
            throw wrong(json, otherwise);
        }
    }

    static MayflyException.Invalid wrong(JsonParser json, String sentence) {
        String path = json.getParsingContext().pathAsPointer().toString();
        return new MayflyException.Invalid("settings: " + (path.isEmpty() ? "the document" : path) + " " + sentence);
    }
}

package dev.mayfly.host.catalog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@link Warmup} as a part of {@link SettingsJson}, in one canonical form as well:
 *
 * <pre>{@code
 * {"max-age-s":3600,"requests":[{"expect":{"status-codes":[200]},"path":"/rules"}],"when":"idle"}
 * }</pre>
 */
final class WarmupJson {
    private WarmupJson() {}

    static void write(JsonGenerator json, Warmup warmup) throws IOException {
        json.writeStartObject();
        if (warmup.debug()) {
            json.writeBooleanField("debug", true);
        }
        if (warmup.maxAge().isPositive()) {
            json.writeNumberField("max-age-s", warmup.maxAge().toSeconds());
        }
        json.writeArrayFieldStart("requests");
        for (WarmupRequest request : warmup.requests()) {
            write(json, request);
        }
        json.writeEndArray();
        if (warmup.uniqueness() != Warmup.DEFAULT.uniqueness()) {
            json.writeStringField("uniqueness", warmup.uniqueness().label());
        }
        json.writeStringField("when", warmup.when().label());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, WarmupRequest request) throws IOException {
        json.writeStartObject();
        if (!request.body().isEmpty()) {
            json.writeStringField("body", request.body());
        }
        if (!request.expect().equals(WarmupRequest.DEFAULT.expect())) {
            json.writeObjectFieldStart("expect");
            WarmupRequest.Expectation expect = request.expect();
            if (expect.bodyIncludes() != null) {
                json.writeStringField("body-includes", expect.bodyIncludes());
            }
            if (expect.bodyRegex() != null) {
                json.writeStringField("body-regex", expect.bodyRegex());
            }
            json.writeArrayFieldStart("status-codes");
            for (int status : expect.statusCodes()) {
                json.writeNumber(status);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        if (!request.headers().isEmpty()) {
            json.writeArrayFieldStart("headers");
            for (Map.Entry<String, String> header : request.headers()) {
                json.writeStartObject();
                json.writeStringField("name", header.getKey());
                json.writeStringField("value", header.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!request.method().equals(WarmupRequest.DEFAULT.method())) {
            json.writeStringField("method", request.method());
        }
        json.writeStringField("path", request.path());
        json.writeEndObject();
    }

    static Warmup read(JsonParser json) throws IOException {
        List<WarmupRequest> requests = new ArrayList<>();
        Warmup.Trigger when = Warmup.DEFAULT.when();
        Duration maxAge = Warmup.DEFAULT.maxAge();
        Uniqueness.Policy uniqueness = Warmup.DEFAULT.uniqueness();
        boolean debug = Warmup.DEFAULT.debug();
        SettingsJson.require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "requests" -> {
                    SettingsJson.require(json, JsonToken.START_ARRAY, "must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        requests.add(request(json));
                    }
                }
                case "when" -> when = Warmup.Trigger.of(SettingsJson.text(json));
                case "max-age-s" -> maxAge = Duration.ofSeconds(number(json));
                case "uniqueness" -> uniqueness = Uniqueness.Policy.of(SettingsJson.text(json));
                case "debug" -> debug = SettingsJson.bool(json);
                default ->
                    throw SettingsJson.wrong(
                            json, "is unknown; the members here are debug, max-age-s, requests, uniqueness, when");
            }
        }
        return new Warmup(requests.isEmpty() ? Warmup.DEFAULT.requests() : requests, when, maxAge, uniqueness, debug);
    }

    private static WarmupRequest request(JsonParser json) throws IOException {
        String method = WarmupRequest.DEFAULT.method();
        String path = WarmupRequest.DEFAULT.path();
        String body = "";
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        WarmupRequest.Expectation expect = WarmupRequest.DEFAULT.expect();
        SettingsJson.require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "method" -> method = SettingsJson.text(json);
                case "path" -> path = SettingsJson.text(json);
                case "body" -> body = SettingsJson.text(json);
                case "headers" -> {
                    SettingsJson.require(json, JsonToken.START_ARRAY, "must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        headers.add(header(json));
                    }
                }
                case "expect" -> expect = expectation(json);
                default ->
                    throw SettingsJson.wrong(
                            json, "is unknown; the members here are body, expect, headers, method, path");
            }
        }
        return new WarmupRequest(method, path, headers, body, expect);
    }

    private static Map.Entry<String, String> header(JsonParser json) throws IOException {
        String name = "";
        String value = "";
        SettingsJson.require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "name" -> name = SettingsJson.text(json);
                case "value" -> value = SettingsJson.text(json);
                default -> throw SettingsJson.wrong(json, "is unknown; the members here are name, value");
            }
        }
        return Map.entry(name, value);
    }

    private static WarmupRequest.Expectation expectation(JsonParser json) throws IOException {
        SortedSet<Integer> statusCodes = new TreeSet<>();
        @Nullable String bodyIncludes = null;
        @Nullable String bodyRegex = null;
        SettingsJson.require(json, JsonToken.START_OBJECT, "must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "status-codes" -> {
                    SettingsJson.require(json, JsonToken.START_ARRAY, "must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        statusCodes.add(number(json));
                    }
                }
                case "body-includes" -> bodyIncludes = SettingsJson.text(json);
                case "body-regex" -> bodyRegex = SettingsJson.text(json);
                default ->
                    throw SettingsJson.wrong(
                            json, "is unknown; the members here are body-includes, body-regex, status-codes");
            }
        }
        return new WarmupRequest.Expectation(statusCodes, bodyIncludes, bodyRegex);
    }

    private static int number(JsonParser json) throws IOException {
        SettingsJson.require(json, JsonToken.VALUE_NUMBER_INT, "must be a whole number");
        try {
            return json.getIntValue();
        } catch (com.fasterxml.jackson.core.exc.InputCoercionException e) {
            throw SettingsJson.wrong(json, "is too large");
        }
    }
}

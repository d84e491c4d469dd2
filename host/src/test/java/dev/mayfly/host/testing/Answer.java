package dev.mayfly.host.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A response as a client got it. */
public record Answer(HttpResponse<byte[]> response) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public int status() {
        return response.statusCode();
    }

    public byte[] bytes() {
        return response.body();
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** The first value, or the empty string where there is none. */
    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    public List<String> headers(String name) {
        return response.headers().allValues(name);
    }

    public JsonNode json() {
        try {
            return JSON.readTree(bytes());
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + text(), e);
        }
    }

    public Answer expect(int status) {
        assertEquals(status, status(), this::text);
        return this;
    }

    /** Asserts that this is a whole problem document of that status and type. */
    public JsonNode problem(int status, String slug) {
        assertEquals(status, status(), this::text);
        assertEquals("application/problem+json", header("content-type"), this::text);
        JsonNode problem = json();
        assertEquals("urn:mayfly:problem:" + slug, problem.path("type").asText(), this::text);
        assertEquals(status, problem.path("status").asInt(), this::text);
        assertEquals(false, problem.path("title").asText().isEmpty(), this::text);
        assertEquals(false, problem.path("detail").asText().isEmpty(), this::text);
        return problem;
    }
}

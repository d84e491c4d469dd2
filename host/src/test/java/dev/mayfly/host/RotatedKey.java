package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** A key that is rotated again and again: the last one that somebody was told of. */
record RotatedKey(String id, String text) {
    private static final String LABEL = "ci";

    private static RotatedKey of(Answer answer) {
        JsonNode json = answer.expect(201).json();
        return new RotatedKey(json.path("id").asText(), json.path("key").asText());
    }

    /** A new one. */
    static RotatedKey madeOn(KilledHost host) throws Exception {
        return of(host.send(host.request("/v1/keys")
                .POST(BodyPublishers.ofString("{\"label\":\"" + LABEL + "\",\"permissions\":[\"admin\"]}"))));
    }

    HttpRequest.Builder rotation(KilledHost host) {
        return host.request("/v1/keys/" + id + "/rotate").POST(BodyPublishers.ofString("{\"overlapMs\":600000}"));
    }

    /** Once the rotation is answered. */
    RotatedKey rotated(Answer answer) {
        return of(answer);
    }

    /** Expects that it opens a host and that no rotation is half done; returns what is to be rotated next. */
    RotatedKey foundOn(KilledHost host) throws Exception {
        host.send(HttpRequest.newBuilder(host.request("/v1/functions").build().uri())
                        .header("Authorization", "Bearer " + text))
                .expect(200);
        String unending = "";
        int unendingCount = 0;
        for (JsonNode key : host.get("/v1/keys").expect(200).json().path("keys")) {
            if (key.path("label").asText().equals(LABEL) && !key.has("endsAt")) {
                unending = key.path("id").asText();
                unendingCount++;
            }
        }
        assertEquals(1, unendingCount, "each new key ends the one before, in one step");
        if (unending.equals(id)) {
            return this;
        }
        // A rotation was done that nobody was told of: its key is lost, and replaced.
        host.send(host.request("/v1/keys/" + unending).DELETE()).expect(204);
        return madeOn(host);
    }
}

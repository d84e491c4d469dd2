package dev.mayfly.host.interfaces;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A table with a key {@code id}, and some functions, as DynamoDB and Lambda answer for them. Requests have to be signed as the services ask it. */
final class AwsServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FUNCTIONS = "/2015-03-31/functions/";

    private final Map<String, JsonNode> items = new ConcurrentHashMap<>();
    private final WebServer server;

    AwsServer() {
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .routing(routing -> routing.any(this::answer))
                .build()
                .start();
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    private void answer(ServerRequest request, ServerResponse response) {
        byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        try {
            if (request.path().rawPath().startsWith(FUNCTIONS)) {
                call(request, body, response);
            } else {
                table(request, body, response);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String header(ServerRequest request, String name) {
        return request.headers().value(HeaderNames.create(name)).orElse("");
    }

    private void table(ServerRequest request, byte[] bytes, ServerResponse response) throws IOException {
        JsonNode body = JSON.readTree(bytes);
        ObjectNode answer = JSON.createObjectNode();
        if (!AwsSignatures.isValid(request, bytes, "dynamodb")) {
            answer.put("__type", "com.amazon.coral.service#UnrecognizedClientException");
        } else if (header(request, "x-amz-target").equals("DynamoDB_20120810.PutItem")) {
            put(body, answer);
        } else if (body.at("/Key/id/S").asText().isEmpty()) {
            answer.put("__type", "com.amazon.coral.validate#ValidationException")
                    .put("message", "no key");
        } else if (items.containsKey(body.at("/Key/id/S").asText())) {
            answer.set("Item", items.get(body.at("/Key/id/S").asText()));
        }
        response.status(answer.has("__type") ? 400 : 200).send(JSON.writeValueAsBytes(answer));
    }

    /** The one condition it knows is that a value isn't {@code :v}. */
    private void put(JsonNode body, ObjectNode answer) {
        String key = body.at("/Item/id/S").asText();
        JsonNode before = items.get(key);
        boolean conditional = body.path("ConditionExpression").asText().equals("#v <> :v")
                && body.at("/ExpressionAttributeNames/#v").asText().equals("value");
        if (conditional && before != null && before.path("value").equals(body.at("/ExpressionAttributeValues/:v"))) {
            answer.put("__type", "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException")
                    .put("message", "it is the same");
            return;
        }
        items.put(key, body.path("Item"));
        if (body.path("ReturnValues").asText().equals("ALL_OLD") && before != null) {
            answer.set("Attributes", before);
        }
        if (body.path("ReturnConsumedCapacity").asText().equals("TOTAL")) {
            answer.putObject("ConsumedCapacity").put("TableName", "table").put("CapacityUnits", 1.5);
        }
    }

    private static void call(ServerRequest request, byte[] body, ServerResponse response) throws IOException {
        String path = request.path().rawPath();
        String function = path.substring(FUNCTIONS.length(), path.indexOf("/invocations"));
        String refusal = !AwsSignatures.isValid(request, body, "lambda")
                ? "InvalidSignatureException"
                : switch (function) {
                    case "orders", "arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aorders", "broken" -> "";
                    case "closed" -> "AccessDeniedException";
                    case "picky" -> "InvalidRequestContentException:http://internal.amazon.com/coral/com.amazon.coral/";
                    default -> "ResourceNotFoundException";
                };
        if (!refusal.isEmpty()) {
            int status = refusal.equals("ResourceNotFoundException") ? 404 : 403;
            ObjectNode answer = JSON.createObjectNode().put("Type", "User").put("Message", "no " + function);
            response.status(status).header("x-amzn-ErrorType", refusal).send(JSON.writeValueAsBytes(answer));
            return;
        }
        switch (header(request, "x-amz-invocation-type")) {
            case "Event" -> response.status(202).send();
            case "DryRun" -> response.status(204).send();
            default -> {
                String query = request.query().rawValue();
                response.header(
                        "X-Amz-Executed-Version", query.startsWith("Qualifier=") ? query.substring(10) : "$LATEST");
                if (header(request, "x-amz-log-type").equals("Tail")) {
                    String context = header(request, "x-amz-client-context");
                    response.header("X-Amz-Log-Result", encoded("called with " + context));
                }
                if (function.equals("broken")) {
                    response.header("X-Amz-Function-Error", "Unhandled");
                }
                String says = function.equals("broken") ? "it broke" : new String(body, StandardCharsets.UTF_8);
                response.status(200).send(JSON.writeValueAsBytes(Map.of(query, says)));
            }
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

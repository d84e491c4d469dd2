package dev.mayfly.host.cli;

import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.Problem;
import dev.mayfly.host.quantity.TimeSpan;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly invoke}. */
@Command(
        name = "invoke",
        description = {
            "Call a function and print the body of its answer.",
            "An answer with a status of 400 or more is a failure (exit code 1)."
        },
        footer = {
            "  mayfly invoke hello",
            "  mayfly invoke hello '/?name=Ada' -i",
            "  mayfly invoke markdown -d @README.md > README.html",
            "  mayfly invoke thumbnail '/?width=200' -H 'content-type: image/jpeg' -d @photo.jpg > small.jpg",
            "  date | mayfly invoke echo -d -"
        })
final class InvokeCommand extends StandardCommand {
    private static final String CONTENT_TYPE = "content-type";

    // What a problem document can't be longer than; an answer that is, is a function's own.
    private static final int PROBLEM_BYTES_MAX = 64 << 10;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function's name.")
    @SuppressWarnings("NullAway.Init") // It is required.
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PATH",
            defaultValue = "/",
            description = "The path the function gets, and the query (default: ${DEFAULT-VALUE}).")
    private String path = "/";

    @Option(
            names = {"-X", "--request"},
            paramLabel = "METHOD",
            description = "The method (default: GET, or POST with -d).")
    private @Nullable String method;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME: VALUE",
            description = "A header line; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DATA|@FILE|-",
            description = "The body: the text itself, a file's contents, or standard input.")
    private @Nullable String data;

    @Option(
            names = {"-i", "--include"},
            description = "Print the status and the headers too, before the body.")
    private boolean headIncluded;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = "How long the function may take, such as 500ms; what the host allows is never passed.")
    private @Nullable TimeSpan deadline;

    @Mixin
    private final HostOption host = new HostOption();

    InvokeCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() {
        try (MayflyClient client = host.client(context)) {
            HttpResponse<InputStream> response = client.callFunction(request(client.callUri(name)));
            try (InputStream body = response.body()) {
                if (headIncluded) {
                    printHead(response);
                }
                printBody(response, body);
            }
            terminal.out().flush();
            if (response.statusCode() >= 400) {
                throw new CommandFailure(ExitCode.FAILED, name + " answered with status " + response.statusCode());
            }
        } catch (IOException broken) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE, "the connection broke in the middle of the answer: " + broken.getMessage());
        }
        return ExitCode.OK;
    }

    private HttpRequest.Builder request(URI function) {
        String below = path.startsWith("/") ? path : "/" + path;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(function + escaped(below)));
        boolean typed = false;
        for (String line : headers) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new CommandFailure(ExitCode.USAGE, "'" + line + "' is no header line: write it as 'NAME: VALUE'");
            }
            String header = line.substring(0, colon).strip();
            typed |= header.equalsIgnoreCase(CONTENT_TYPE);
            try {
                request.header(header, line.substring(colon + 1).strip());
            } catch (IllegalArgumentException refused) {
                throw new CommandFailure(
                        ExitCode.USAGE, "the header line '" + line + "' can't be sent: " + refused.getMessage());
            }
        }
        if (data != null && !typed) {
            request.header(CONTENT_TYPE, isText(data) ? "text/plain; charset=utf-8" : "application/octet-stream");
        }
        if (deadline != null) {
            request.header(
                    "mayfly-deadline-ms", Long.toString(deadline.duration().toMillis()));
        }
        try {
            return request.method(method != null ? method : data == null ? "GET" : "POST", body());
        } catch (IllegalArgumentException refused) {
            throw new CommandFailure(
                    ExitCode.USAGE, "a request with method '" + method + "' can't be sent: " + refused.getMessage());
        }
    }

    private static boolean isText(String data) {
        return !data.startsWith("@") && !data.equals("-");
    }

    private BodyPublisher body() {
        if (data == null) {
            return BodyPublishers.noBody();
        }
        if (data.equals("-")) {
            return BodyPublishers.ofInputStream(terminal::in);
        }
        if (isText(data)) {
            return BodyPublishers.ofString(data);
        }
        try {
            return BodyPublishers.ofFile(Path.of(data.substring(1)));
        } catch (FileNotFoundException missing) {
            throw new CommandFailure(ExitCode.FAILED, "there is no readable file " + data.substring(1));
        }
    }

    /** What people type and URIs don't have, such as spaces and letters past ASCII, percent-encoded; escapes that are there already stay. */
    private static String escaped(String path) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f && "\"<>[\\]^`{|}#".indexOf(octet) < 0) {
                escaped.append((char) octet);
            } else {
                escaped.append(String.format("%%%02X", octet & 0xff));
            }
        }
        return escaped.toString();
    }

    private void printHead(HttpResponse<InputStream> response) {
        PrintStream out = terminal.out();
        out.println(terminal.out(Terminal.Emphasis.BOLD, "HTTP/1.1 " + response.statusCode()));
        response.headers()
                .map()
                .forEach((header, values) -> values.forEach(
                        value -> out.println(terminal.out(Terminal.Emphasis.CYAN, header) + ": " + value)));
        out.println();
    }

    private void printBody(HttpResponse<InputStream> response, InputStream body) throws IOException {
        if (saysProblem(response)) {
            byte[] document = body.readNBytes(PROBLEM_BYTES_MAX);
            throwIfProblem(response.statusCode(), document);
            print(response, document, body);
        } else {
            // What there is, and not more: the rest may be a while in coming.
            byte[] first = new byte[8 << 10];
            print(response, Arrays.copyOf(first, Math.max(body.read(first), 0)), body);
        }
    }

    private void print(HttpResponse<InputStream> response, byte[] first, InputStream rest) throws IOException {
        if (terminal.outInteractive() && isBinary(first)) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the answer is binary ("
                            + response.headers().firstValue(CONTENT_TYPE).orElse("of unknown type") + ")",
                    "to keep it, write it to a file: mayfly invoke " + name + " … > FILE");
        }
        terminal.out().write(first);
        rest.transferTo(terminal.out());
    }

    // As curl tells them apart.
    private static boolean isBinary(byte[] bytes) {
        for (byte octet : bytes) {
            if (octet == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean saysProblem(HttpResponse<InputStream> response) {
        return response.statusCode() >= 400
                && response.headers().firstValue(CONTENT_TYPE).orElse("").startsWith(Problem.MEDIA_TYPE);
    }

    private void throwIfProblem(int status, byte[] document) {
        try {
            Optional<Problem> problem = Problem.of(status, Json.parse(document));
            if (problem.isPresent()) {
                throw HostFailure.of(name, problem.get());
            }
        } catch (IOException notJson) {
            // A function's own answer, whatever it calls it.
        }
    }
}

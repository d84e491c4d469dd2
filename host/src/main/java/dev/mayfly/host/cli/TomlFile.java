package dev.mayfly.host.cli;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.config.Place;
import dev.mayfly.host.config.WrongSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/** Reads TOML, of which a small file can't become much. */
final class TomlFile {
    /** Limit {@code manifest-bytes-max}: of a file. */
    static final int BYTES_MAX = 1 << 20;

    /** Limit {@code manifest-depth-max}: tables and lists within one another. */
    static final int DEPTH_MAX = 20;

    private TomlFile() {}

    /** @throws CommandFailure with all that is no TOML, each with its place */
    static TomlParseResult read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        }
        if (bytes.length > BYTES_MAX) {
            throw failure(List.of(new WrongSettingException(
                    new Place(file, 1, 1), "the file is too large: limit manifest-bytes-max=" + BYTES_MAX)));
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        requireShallow(file, text);
        TomlParseResult toml = Toml.parse(text);
        if (toml.hasErrors()) {
            throw failure(toml.errors().stream()
                    .map(error -> new WrongSettingException(
                            place(file, error.position()), String.valueOf(error.getMessage())))
                    .toList());
        }
        return toml;
    }

    static Place place(Path file, TomlPosition position) {
        return new Place(file, position.line(), position.column());
    }

    /** All that is wrong, in the files' order. */
    static CommandFailure failure(List<WrongSettingException> problems) {
        List<String> lines = problems.stream()
                .sorted(Comparator.comparing(
                        WrongSettingException::place,
                        Comparator.comparingInt(Place::line).thenComparingInt(Place::column)))
                .map(MayflyException::getMessage)
                .toList();
        return new CommandFailure(ExitCode.FAILED, lines.getFirst(), lines.subList(1, lines.size()));
    }

    /** The parser calls itself for each level, so that the text is looked at before. What strings and comments have is skipped. */
    private static void requireShallow(Path file, String text) {
        int depth = 0;
        int dots = 0;
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '#' -> at = end(text, "\n", at) - 1;
                case '"' -> at = endOfString(text, at, '"') - 1;
                case '\'' -> at = endOfString(text, at, '\'') - 1;
                case '[', '{' -> {
                    depth++;
                    dots = 0;
                }
                case ']', '}' -> {
                    depth--;
                    dots = 0;
                }
                case '.' -> dots++;
                case ',', '=', '\n' -> dots = 0;
                default -> {}
            }
            if (depth + dots > DEPTH_MAX) {
                int line = 1
                        + (int) text.substring(0, at)
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
                Place place = new Place(file, line, at - text.lastIndexOf('\n', at));
                throw failure(List.of(new WrongSettingException(
                        place, "this is nested too deep: limit manifest-depth-max=" + DEPTH_MAX)));
            }
        }
    }

    /** Behind the string that begins at a quote. Only those in double quotes have escapes, and only those in three have line breaks. */
    private static int endOfString(String text, int start, char quote) {
        String three = Character.toString(quote).repeat(3);
        boolean isLong = text.startsWith(three, start);
        String closing = isLong ? three : Character.toString(quote);
        for (int at = start + closing.length(); at < text.length(); at++) {
            if (quote == '"' && text.charAt(at) == '\\') {
                at++;
            } else if (text.startsWith(closing, at)) {
                return at + closing.length();
            } else if (!isLong && text.charAt(at) == '\n') {
                return at;
            }
        }
        return text.length();
    }

    private static int end(String text, String mark, int start) {
        int at = text.indexOf(mark, start);
        return at < 0 ? text.length() : at;
    }
}

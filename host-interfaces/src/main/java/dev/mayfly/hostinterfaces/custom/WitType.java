package dev.mayfly.hostinterfaces.custom;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A type in a WIT file, by structure. */
sealed interface WitType {
    /** What {@code mayfly:data/errors.error} is. */
    WitType HOST_ERROR = parse("variant{not-found(string),conflict(string),invalid(string),permission-denied(string),"
            + "limit-exceeded(string),timeout(string),unavailable(string)}");

    /** Types that have no other in them. For integers: their range, the bits of which {@code u64} has as a long. */
    enum Scalar implements WitType {
        BOOL(0, 0),
        S8(Byte.MIN_VALUE, Byte.MAX_VALUE),
        U8(0, 0xff),
        S16(Short.MIN_VALUE, Short.MAX_VALUE),
        U16(0, 0xffff),
        S32(Integer.MIN_VALUE, Integer.MAX_VALUE),
        U32(0, 0xffff_ffffL),
        S64(Long.MIN_VALUE, Long.MAX_VALUE),
        U64(Long.MIN_VALUE, Long.MAX_VALUE),
        F32(0, 0),
        F64(0, 0),
        CHAR(0, 0),
        STRING(0, 0);

        final long min;
        final long max;

        Scalar(long min, long max) {
            this.min = min;
            this.max = max;
        }

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** {@code list<T>} */
    record ListOf(WitType item) implements WitType {}

    /** {@code option<T>} */
    record OptionOf(WitType value) implements WitType {}

    /** {@code result<T, E>} */
    record ResultOf(@Nullable WitType ok, @Nullable WitType error) implements WitType {}

    /** {@code tuple<…>} */
    record TupleOf(List<WitType> items) implements WitType {}

    /** A field, or a case, which may have no type. */
    record Named(String name, @Nullable WitType type) {}

    /** {@code record} */
    record RecordOf(List<Named> fields) implements WitType {}

    /** {@code variant} */
    record VariantOf(List<Named> cases) implements WitType {}

    /** {@code enum} */
    record EnumOf(List<Named> cases) implements WitType {}

    /** {@code flags} */
    record FlagsOf(List<Named> flags) implements WitType {}

    /** {@code own<…>} and {@code borrow<…>} */
    record HandleOf(boolean owned, String resource) implements WitType {
        static final String BUFFER = "mayfly:data/buffers.buffer";

        boolean isBuffer() {
            return resource.equals(BUFFER);
        }
    }

    /** A function's types. */
    record Signature(List<WitType> parameters, @Nullable WitType result) {
        /** Of the engine's text: {@code (string,u32)->option<s64>}. */
        static Signature parse(String text) {
            Parser parser = new Parser(text);
            parser.expect("(");
            List<WitType> parameters = parser.until(")", parser::type);
            parser.expect("->");
            return new Signature(parameters, parser.typeOrNothing());
        }
    }

    /** Of the engine's text. */
    static WitType parse(String text) {
        return new Parser(text).type();
    }

    /** Reads what {@code engine/native/src/shape.rs} writes. */
    final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        WitType type() {
            String word = word();
            return switch (word) {
                case "list" -> new ListOf(inAngles());
                case "option" -> new OptionOf(inAngles());
                case "result" -> {
                    expect("<");
                    WitType ok = typeOrNothing();
                    expect(",");
                    WitType error = typeOrNothing();
                    expect(">");
                    yield new ResultOf(ok, error);
                }
                case "tuple" -> {
                    expect("<");
                    yield new TupleOf(until(">", this::type));
                }
                case "record" -> new RecordOf(members());
                case "variant" -> new VariantOf(members());
                case "enum" -> new EnumOf(members());
                case "flags" -> new FlagsOf(members());
                case "own", "borrow" -> {
                    expect("<");
                    int end = text.indexOf('>', at);
                    String resource = text.substring(at, end);
                    at = end + 1;
                    yield new HandleOf(word.equals("own"), resource);
                }
                default -> Scalar.valueOf(word.toUpperCase(java.util.Locale.ROOT));
            };
        }

        @Nullable
        WitType typeOrNothing() {
            return accept("_") ? null : type();
        }

        private WitType inAngles() {
            expect("<");
            WitType type = type();
            expect(">");
            return type;
        }

        private List<Named> members() {
            expect("{");
            return until("}", () -> {
                String name = word();
                if (accept(":")) {
                    return new Named(name, type());
                }
                if (accept("(")) {
                    Named named = new Named(name, type());
                    expect(")");
                    return named;
                }
                return new Named(name, null);
            });
        }

        private <T> List<T> until(String end, Supplier<T> item) {
            List<T> items = new ArrayList<>();
            while (!accept(end)) {
                if (!items.isEmpty()) {
                    expect(",");
                }
                items.add(item.get());
            }
            return List.copyOf(items);
        }

        private String word() {
            int start = at;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '-')) {
                at++;
            }
            return text.substring(start, at);
        }

        private boolean accept(String token) {
            boolean found = text.startsWith(token, at);
            if (found) {
                at += token.length();
            }
            return found;
        }

        private void expect(String token) {
            if (!accept(token)) {
                throw new IllegalArgumentException("expected " + token + " at " + at + " of " + text);
            }
        }
    }
}

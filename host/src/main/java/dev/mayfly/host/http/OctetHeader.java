package dev.mayfly.host.http;

import io.helidon.common.GenericType;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.mapper.Value;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderValues;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Header lines of one name whose values have octets past 127, as U+0080 to U+00FF. The web server's own headers send a question mark for each of
 * them.
 *
 * @param header the same, for everything but sending
 */
record OctetHeader(Header header) implements Header {
    static OctetHeader of(HeaderName name, List<String> values) {
        return new OctetHeader(HeaderValues.create(name, values));
    }

    /** Whether such a header is needed for {@code value}. */
    static boolean isNeeded(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0x7f) {
                return true;
            }
        }
        return false;
    }

    @Override
    public byte[] valueBytes() {
        return get().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void writeHttp1Header(BufferData buffer) {
        for (String value : allValues()) {
            buffer.write(headerName().nameBytes());
            buffer.write(new byte[] {':', ' '});
            buffer.write(value.getBytes(StandardCharsets.ISO_8859_1));
            buffer.write(new byte[] {'\r', '\n'});
        }
    }

    @Override
    public String name() {
        return header.name();
    }

    @Override
    public HeaderName headerName() {
        return header.headerName();
    }

    @Override
    public String get() {
        return header.get();
    }

    @Override
    public List<String> allValues() {
        return header.allValues();
    }

    @Override
    public int valueCount() {
        return header.valueCount();
    }

    @Override
    public boolean sensitive() {
        return header.sensitive();
    }

    @Override
    public boolean changing() {
        return header.changing();
    }

    @Override
    public <T> Value<T> as(Class<T> type) {
        return header.as(type);
    }

    @Override
    public <T> Value<T> as(GenericType<T> type) {
        return header.as(type);
    }

    @Override
    public <T> Value<T> as(Function<? super String, ? extends T> mapper) {
        return header.as(mapper);
    }

    @Override
    public Optional<String> asOptional() {
        return header.asOptional();
    }

    @Override
    public Value<Boolean> asBoolean() {
        return header.asBoolean();
    }

    @Override
    public Value<String> asString() {
        return header.asString();
    }

    @Override
    public Value<Integer> asInt() {
        return header.asInt();
    }

    @Override
    public Value<Long> asLong() {
        return header.asLong();
    }

    @Override
    public Value<Double> asDouble() {
        return header.asDouble();
    }
}

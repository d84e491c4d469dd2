package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.hostinterfaces.HostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "valkey://My.Valkey.Instance, my.valkey.instance:6379",
        "redis://a:1, a:1",
        "rediss://me:secret@a:1/0, a:1",
        "redis://[::1]:7/, [::1]:7"
    })
    void aConnectionNamesAServer(String connection, String address) {
        assertEquals(address, ServerAddress.of(connection).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://a:1", "redis+unix:///run/x", "redis://:secret@/", "redis://a:1/2", "redis://a?secret=1"})
    void whatElseItSaysIsRefusedAndNotTold(String connection) {
        HostError refused = assertThrows(HostError.class, () -> ServerAddress.of(connection));
        assertEquals(HostError.Kind.INVALID, refused.kind());
        assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
    }

    @Test
    void aBindingsServerIsTheSameWhateverItsCase() {
        assertEquals(ServerAddress.of("redis://A.b:1"), ServerAddress.of(RedisConfig.of("a.B", 1, "n")));
    }
}

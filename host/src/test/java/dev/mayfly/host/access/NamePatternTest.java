package dev.mayfly.host.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NamePatternTest {
    @ParameterizedTest
    @CsvSource({
        "*, orders, true",
        "orders, orders, true",
        "orders, orders-eu, false",
        "orders, order, false",
        "orders-*, orders-eu, true",
        "orders-*, orders-, true",
        "orders-*, orders, false",
        "orders-*, my-orders-eu, false",
        "*-eu, orders-eu, true",
        "*-eu, orders-eu-1, false",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-b-b-d, false",
        "a**, a, true",
    })
    void aStarStandsForAnyCharacters(String pattern, String name, boolean matches) {
        assertEquals(matches, new NamePattern(pattern).matches(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Orders", "a/b", "a b", "ä", "a?", "[a]"})
    void whatCannotBeInANameIsNoPattern(String text) {
        assertThrows(MayflyException.Invalid.class, () -> new NamePattern(text));
    }

    @Test
    void noPatternTakesLong() {
        NamePattern worst = new NamePattern("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
        assertTimeout(Duration.ofSeconds(1), () -> {
            for (int i = 0; i < 1_000; i++) {
                assertEquals(false, worst.matches("a".repeat(63)));
            }
        });
    }
}

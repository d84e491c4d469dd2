package dev.mayfly.host.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SuggestionTest {
    private static final List<String> NAMES = List.of("deadline", "drain", "listen.port", "cpu-time-max");

    @Test
    void aNameWithAFewOtherCharactersIsMeant() {
        assertEquals(Optional.of("deadline"), Suggestion.nearest("deadlin", NAMES));
        assertEquals(Optional.of("cpu-time-max"), Suggestion.nearest("cpu-tim-mx", NAMES));
    }

    @Test
    void aNameWithoutItsSectionIsMeantToBeInIt() {
        assertEquals(Optional.of("listen.port"), Suggestion.nearest("port", NAMES));
    }

    @Test
    void whatIsLikeNothingGetsAllThereIs() {
        assertEquals(Optional.empty(), Suggestion.nearest("memory", NAMES));
        assertEquals("there are deadline, drain, listen.port, cpu-time-max", Suggestion.among("memory", NAMES));
        assertEquals("did you mean drain?", Suggestion.among("drai", NAMES));
    }
}

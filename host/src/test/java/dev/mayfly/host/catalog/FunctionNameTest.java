package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"a", "0", "a-b", "a--b", "x1", "012345678901234567890123456789012345678901234567890123456789012"
            })
    void isADnsLabel(String name) {
        assertTrue(FunctionName.isValid(name));
        assertEquals(name, FunctionName.require(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "-a",
                "a-",
                "A",
                "a_b",
                "a.b",
                ".",
                "..",
                "a/b",
                "a b",
                "a\0",
                "ä",
                "ａ",
                "a%2fb",
                "a:b",
                "a@b",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void isNothingElse(String name) {
        assertFalse(FunctionName.isValid(name));
    }

    @Test
    void aWrongOneIsToldTheRule() {
        String message = assertThrows(MayflyException.Invalid.class, () -> FunctionName.require("My_Function"))
                .getMessage();
        assertEquals(
                "name=My_Function is not a function's name: 1 to 63 characters out of a-z, 0-9 and -, and no - at either end",
                message);
    }
}

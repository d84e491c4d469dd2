package dev.mayfly.hostinterfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class FunctionContextTest {
    private static Grant grant(Object provider) {
        return new Grant(new Binding(BindingKind.KV, "any", provider), 1);
    }

    @Test
    void aBindingIsFoundByWhatIsBehindIt() {
        FunctionContext function = new FunctionContext(
                "orders",
                Map.of(),
                Map.of(
                        "d", grant("meant"),
                        "c", grant("meant"),
                        "b", grant("other"),
                        "a", grant(7),
                        "0", Grant.unconfigured("gone")));
        assertEquals("c", function.bindingWith(String.class, "meant"::equals), "the first of two");
        assertEquals("a", function.bindingWith(Integer.class, number -> number == 7));
        assertNull(function.bindingWith(String.class, "none"::equals));
    }
}

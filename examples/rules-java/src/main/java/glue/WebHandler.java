package glue;

import org.teavm.interop.Address;
import org.teavm.interop.Export;
import parcels.ParcelPrices;

/** {@code mayfly:function/web-handler}, which the module exports. An SDK would generate it, with the name of the function in it. */
public final class WebHandler {
    private static WebFunction function;

    private WebHandler() {}

    @Export(name = "mayfly:function/web-handler@0.1.0#handle")
    static Address handle(int handle) {
        Request request = WebTypes.take(handle);
        // What nobody catches would be a trap without a word.
        try {
            if (function == null) {
                function = new ParcelPrices();
            }
            return WebTypes.ok(function.handle(request));
        } catch (InvalidRequest mistake) {
            return WebTypes.invalid(String.valueOf(mistake.getMessage()));
        } catch (Throwable failure) {
            return WebTypes.internal(failure.toString());
        }
    }

    /** TeaVM wants one. Nobody calls it. */
    public static void main(String[] arguments) {}
}

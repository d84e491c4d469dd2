package parcels;

import com.eclipsesource.json.JsonObject;
import glue.Request;
import glue.Response;
import glue.WebFunction;

/** Who takes a parcel and what it costs, by a tariff of some thousand rules. */
public final class ParcelPrices implements WebFunction {
    private final RuleTable table = RuleTable.parse(Tariff.text());

    @Override
    public Response handle(Request request) {
        if (!request.path().equals("/price")) {
            return nothing("there is /price");
        }
        Parcel parcel = new Parcel(
                request.parameter("country"),
                request.parameter("postcode"),
                request.parameter("service"),
                request.number("grams"));
        return table.first(parcel).map(ParcelPrices::offer).orElseGet(() -> nothing("no rule takes this parcel"));
    }

    /** A rule without a price throws here: the caller is told of a mistake of ours, and the log which exception it was. */
    private static Response offer(Rule rule) {
        JsonObject offer = new JsonObject()
                .add("carrier", rule.carrier())
                .add("cents", rule.cents().orElseThrow())
                .add("rule", rule.number());
        return Response.json(200, offer);
    }

    private static Response nothing(String reason) {
        return Response.json(404, new JsonObject().add("error", reason));
    }
}

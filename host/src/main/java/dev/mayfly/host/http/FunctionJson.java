package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.AliasChange;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.catalog.Rollout;
import dev.mayfly.host.catalog.SettingsJson;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Trial;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions, versions and aliases as the API describes them; each writes the members of an object that the caller opens and closes. */
final class FunctionJson {
    private FunctionJson() {}

    /** A function with the version that stands for it, and its aliases. */
    static void writeFunction(JsonGenerator json, RoutedFunction function) throws IOException {
        Route main = function.main();
        if (main == null) {
            writeName(json, function);
            writeTimes(json, function, function.createdAt());
        } else {
            writeFunction(json, function, main.version());
        }
    }

    /** A function with one of its versions, and its aliases. */
    static void writeFunction(JsonGenerator json, RoutedFunction function, FunctionVersion version) throws IOException {
        writeName(json, function);
        writeVersion(json, version);
        RoutedAlias live = function.live();
        writeTimes(
                json,
                function,
                live == null ? version.createdAt() : live.alias().updatedAt());
    }

    private static void writeName(JsonGenerator json, RoutedFunction function) throws IOException {
        json.writeStringField("name", Tenant.shortName(function.name()));
        json.writeStringField("tenant", Tenant.ofFunction(function.name()).name());
    }

    private static void writeTimes(JsonGenerator json, RoutedFunction function, Instant updatedAt) throws IOException {
        json.writeObjectFieldStart("aliases");
        for (RoutedAlias alias : function.aliases().values()) {
            json.writeFieldName(alias.alias().name());
            writeTargets(json, alias.alias().targets());
        }
        json.writeEndObject();
        json.writeStringField("createdAt", function.createdAt().toString());
        json.writeStringField("updatedAt", updatedAt.toString());
    }

    /** A version, without its times. */
    static void writeVersion(JsonGenerator json, FunctionVersion version) throws IOException {
        json.writeNumberField("version", version.number());
        json.writeStringField("versionDigest", version.digest().hex());
        json.writeStringField("digest", version.component().hex());
        json.writeNumberField("componentBytes", version.componentBytes());
        json.writeNumberField("artifactBytes", version.artifactBytes());
        json.writeBooleanField("componentized", version.componentized());
        writeList(json, "imports", version.imports());
        writeList(json, "exports", version.exports());
        writeMap(json, "config", version.settings().config());
        writeMap(json, "bindings", version.settings().bindings());
        writeMap(json, "limits", version.settings().limits().texts());
        writeList(json, "topics", List.copyOf(version.settings().topics()));
        writeMap(json, "secrets", version.settings().secrets());
        json.writeStringField("visibility", version.settings().isPublic() ? "public" : "private");
        json.writeFieldName("settings");
        json.writeRawValue(SettingsJson.write(version.settings()));
    }

    /** An alias, with what is known of its canary. */
    static void writeAlias(JsonGenerator json, RoutedAlias routed, RoutedFunction function) throws IOException {
        Alias alias = routed.alias();
        json.writeStringField("name", alias.name());
        json.writeFieldName("targets");
        writeTargets(json, alias.targets());
        if (alias.sticky() != null) {
            json.writeStringField("sticky", alias.sticky().toString());
        }
        Rollout rollout = alias.rollout();
        if (rollout != null) {
            json.writeObjectFieldStart("rollout");
            Route canary = function.versions().get(rollout.version());
            writeRollout(json, rollout, canary == null ? null : canary.trial());
            json.writeEndObject();
        }
        json.writeStringField("updatedAt", alias.updatedAt().toString());
    }

    private static void writeRollout(JsonGenerator json, Rollout rollout, @Nullable Trial trial) throws IOException {
        json.writeNumberField("version", rollout.version());
        json.writeNumberField("promoteAfterMs", rollout.promoteAfter().toMillis());
        json.writeNumberField("errorRateMax", rollout.errorRateMax());
        if (rollout.p99Max().isPositive()) {
            json.writeNumberField("p99MaxMs", rollout.p99Max().toNanos() / 1e6);
        }
        json.writeNumberField("callsMin", rollout.callsMin());
        json.writeStringField("startedAt", rollout.startedAt().toString());
        if (trial != null) {
            json.writeNumberField("calls", trial.calls());
            json.writeNumberField("errorRate", trial.errorRate());
            json.writeNumberField("p99Ms", trial.p99Ns() / 1e6);
        }
    }

    static void writeChange(JsonGenerator json, AliasChange change) throws IOException {
        json.writeNumberField("sequence", change.sequence());
        json.writeStringField("at", change.at().toString());
        json.writeStringField("reason", change.reason());
        json.writeFieldName("targets");
        writeTargets(json, change.targets());
    }

    private static void writeTargets(JsonGenerator json, List<Alias.Target> targets) throws IOException {
        json.writeStartArray();
        for (Alias.Target target : targets) {
            json.writeStartObject();
            json.writeNumberField("version", target.version());
            json.writeNumberField("weight", target.weight());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void writeMap(JsonGenerator json, String name, Map<String, String> entries) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeList(JsonGenerator json, String name, List<String> items) throws IOException {
        json.writeArrayFieldStart(name);
        for (String item : items) {
            json.writeString(item);
        }
        json.writeEndArray();
    }
}

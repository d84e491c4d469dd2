package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.client.MayflyClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly tenant}. */
@Command(
        name = "tenant",
        description = {
            "Add, list and remove tenants: whoever shares the host and must not see the others.",
            "A tenant's functions are called at /t/TENANT/f/NAME; those of the tenant default at /f/NAME."
        },
        footer = {
            "  mayfly tenant add acme",
            "  mayfly key create --tenant acme --label acme --allow admin",
            "  mayfly tenant list",
            "  mayfly tenant remove acme"
        })
final class TenantCommand extends NounCommand {
    TenantCommand(CommandContext context) {
        super(context);
    }

    @Command(name = "add", description = "Add a tenant.")
    int add(@Parameters(paramLabel = "TENANT", description = "Its name.") String name, @Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.addTenant(name);
        }
        terminal.note(name + " is a tenant; it has no keys yet: mayfly key create --tenant " + name);
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Remove a tenant with its keys and secrets, once its functions are removed.")
    int remove(@Parameters(paramLabel = "TENANT", description = "Its name.") String name, @Mixin HostOption host) {
        try (MayflyClient client = host.client(context)) {
            client.removeTenant(name);
        }
        terminal.note(name + " is removed");
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List the tenants.")
    int list(@Mixin HostOption host, @Mixin OutputOption output) {
        try (MayflyClient client = host.client(context)) {
            output.print(terminal, Map.of("tenants", client.listTenants()), this::print);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode answer) {
        Table table = new Table("NAME", "FUNCTIONS", "ADDED");
        for (JsonNode tenant : answer.path("tenants")) {
            table.row(
                    tenant.path("name").asText(),
                    tenant.path("functions").asText(),
                    FunctionText.time(tenant, "createdAt"));
        }
        table.print(terminal);
    }
}

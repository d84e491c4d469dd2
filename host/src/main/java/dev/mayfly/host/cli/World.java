package dev.mayfly.host.cli;

import java.util.Arrays;
import java.util.List;

/** What a component may implement for this host to call it, by what it exports then. Whether the host takes its version is for the engine to say. */
enum World {
    WEB("web", "mayfly:function/web-handler"),
    EVENT("event", "mayfly:function/event-handler"),
    WASI_HTTP("wasi:http", "wasi:http/incoming-handler"),
    COMMAND("command", "wasi:cli/run"),
    MOMENTO_WEB("momento:web", "momento:web-function/guest-function-web"),
    MOMENTO_SPAWN("momento:spawn", "momento:spawn-function/guest-function-spawn"),
    MOMENTO_OLDER_WEB("momento:functions/web", "momento:functions/guest-function-web"),
    MOMENTO_OLDER_SPAWN("momento:functions/spawn", "momento:functions/guest-function-spawn");

    private final String label;
    private final String exported;

    World(String label, String exported) {
        this.label = label;
        this.exported = exported;
    }

    /** As reports have it. */
    String label() {
        return label;
    }

    /** Those that a component implements. */
    static List<World> of(List<String> exports) {
        return Arrays.stream(values())
                .filter(world -> exports.stream().anyMatch(export -> export.startsWith(world.exported + "@")))
                .toList();
    }
}

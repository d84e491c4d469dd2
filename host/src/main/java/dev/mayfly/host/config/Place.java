package dev.mayfly.host.config;

import java.nio.file.Path;

/**
 * Where something stands in a file; both numbers count from 1.
 *
 * @param file as messages name it
 */
public record Place(Path file, int line, int column) {
    /** As editors and terminals understand it: {@code mayfly.yaml:7:3}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}

package dev.mayfly.client;

import java.util.List;

/**
 * How a host is.
 *
 * @param status {@code UP} when all is well
 */
public record Health(String status, List<Check> checks) {
    /** One thing that was looked at. */
    public record Check(String name, String status) {}

    public boolean isUp() {
        return status.equals("UP");
    }
}

package dev.mayfly.host.catalog;

import java.time.Instant;
import java.util.List;

/**
 * What an alias was made to point to, and why.
 *
 * @param sequence counts the changes of this alias from 1
 * @param at to the millisecond
 * @param reason in a sentence
 * @param targets from then on
 */
public record AliasChange(long sequence, Instant at, String reason, List<Alias.Target> targets) {
    public AliasChange {
        targets = List.copyOf(targets);
    }
}

package dev.mayfly.host.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The deployed functions, their versions and aliases. {@code CatalogContract} in the tests says what every implementation keeps to.
 *
 * <p>Threads: any; writes are serialised by the catalog. What a write did is durable when it returns: it survives the end of the process and
 * of the machine. A write that throws has changed nothing.
 *
 * <p>Errors: {@link dev.mayfly.engine.MayflyException.LimitExceeded} of the limit {@code disk-space} when the disk is full.
 */
public interface Catalog extends AutoCloseable {
    /** Older changes of an alias are forgotten: limit {@code alias-change-count-max}. */
    int ALIAS_CHANGE_COUNT_MAX = 50;

    /** All functions, ordered by name. */
    List<StoredFunction> functions();

    Optional<StoredFunction> find(String function);

    /** The number of the next version: 1 for a function that is not there. */
    int nextVersion(String function);

    /**
     * Adds a version, and its function with the first one.
     *
     * @param version with the {@linkplain #nextVersion next number}
     * @param alias is put in the same step; null = none
     * @throws dev.mayfly.engine.MayflyException.Conflict when the number is not the next one, or the function has a version of that digest
     */
    void add(FunctionVersion version, @Nullable Alias alias);

    /**
     * Adds an alias, or replaces the one of the same name as a whole, and notes the change. A version that no alias points to any more counts as
     * used until then.
     *
     * @param reason why, in a sentence
     * @throws dev.mayfly.engine.MayflyException.NotFound when a version is not there
     */
    void put(Alias alias, String reason);

    /** What an alias was made to point to, the newest first; empty when there is none of that name. */
    List<AliasChange> changes(String function, String alias);

    /**
     * Removes an alias and its history.
     *
     * @return whether there was one of that name
     */
    boolean removeAlias(String function, String alias);

    /**
     * Removes a version.
     *
     * @return whether there was one of that number
     * @throws dev.mayfly.engine.MayflyException.Conflict when an alias points to it
     */
    boolean removeVersion(String function, int number);

    /** A version by its function's name in full and its number. */
    record VersionId(String function, int number) {}

    /** Notes when versions were last invoked; those that are not there any more are passed over. */
    void invoked(Map<VersionId, Instant> lastInvokedAt);

    /** When a function's versions were last invoked, as far as noted: by number, without those that never were. */
    Map<Integer, Instant> lastInvoked(String function);

    /** An alias by its function's name in full and its own. */
    record AliasId(String function, String name) {}

    /** Notes how long canaries have been tried, to the millisecond, by the alias that has the rule; without a rule it is passed over. */
    void tried(Map<AliasId, Duration> tried);

    /** How long canaries have been tried as far as noted, by the alias that has the rule; zero when it was put since. */
    Map<AliasId, Duration> tried();

    /** The versions that no alias points to and nobody deployed, invoked or pointed to since {@code before}; at most so many. */
    List<VersionId> idleSince(Instant before, int countMax);

    /**
     * Seals with the key that seals now what another one has sealed: once it returns, no other is needed.
     *
     * @throws dev.mayfly.engine.MayflyException.Invalid when a key is not here; nothing was changed then
     */
    void sealAnew();

    /**
     * Removes a function with all its versions and aliases.
     *
     * @return whether there was one of that name
     */
    boolean remove(String function);

    @Override
    void close();
}

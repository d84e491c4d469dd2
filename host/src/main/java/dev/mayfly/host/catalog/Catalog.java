package dev.mayfly.host.catalog;

import java.util.List;
import java.util.Optional;

/**
 * The deployed functions. {@code CatalogContract} in the tests says what every implementation keeps to.
 *
 * <p>Threads: any; writes are serialised by the catalog. What a write did is durable when it returns: it survives the end of the process and
 * of the machine. A write that throws has changed nothing.
 */
public interface Catalog extends AutoCloseable {
    /** All functions, ordered by name. */
    List<DeployedFunction> functions();

    Optional<DeployedFunction> find(String name);

    /**
     * Adds a function, or replaces the one of the same name as a whole.
     *
     * @throws dev.mayfly.engine.MayflyException.LimitExceeded of the limit {@code disk-space} when the disk is full
     */
    void put(DeployedFunction function);

    /**
     * Removes a function.
     *
     * @return whether there was one of that name
     */
    boolean remove(String name);

    @Override
    void close();
}

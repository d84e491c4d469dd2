package dev.mayfly.host.catalog;

/**
 * Keeps what may be confidential from whoever reads the catalog's file, its log, or a copy of them.
 *
 * <p>Threads: any.
 */
public interface Sealing {
    /**
     * Seals a text.
     *
     * @param place what it belongs to: for another it can't be opened
     * @return ASCII, which tells the text's length and nothing else of it
     */
    String seal(String text, String place);

    /**
     * Opens what was sealed for a place.
     *
     * @throws dev.mayfly.engine.MayflyException.Invalid when its key is not here, with what to do
     * @throws dev.mayfly.engine.MayflyException.Internal when it was changed, or sealed for another place
     */
    String open(String sealed, String place);

    /** Whether it was sealed with the key that seals now. */
    boolean isCurrent(String sealed);
}

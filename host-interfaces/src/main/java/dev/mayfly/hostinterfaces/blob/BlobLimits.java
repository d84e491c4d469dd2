package dev.mayfly.hostinterfaces.blob;

/**
 * What one blob may be: checked by every store, so that they can be exchanged.
 *
 * @param keyBytesMax of a key in UTF-8
 * @param blobBytesMax of a blob
 * @param metadataBytesMax of all names and values of its metadata together
 * @param listCountMax blobs in one page
 */
public record BlobLimits(int keyBytesMax, long blobBytesMax, int metadataBytesMax, int listCountMax) {
    /** Keys of 1,024 bytes, blobs of 5 GiB, metadata of 2 KiB, pages of 1,000: what S3 takes in one request. */
    public static BlobLimits defaults() {
        return new BlobLimits(1024, 5L << 30, 2 << 10, 1_000);
    }
}

package dev.mayfly.engine;

import java.nio.file.Path;

/**
 * Where compiled functions are kept from one compilation to the next of nearly the same component; {@code code_pack.rs} draws the file.
 *
 * @param input what the last compilation left; there may be no such file, and whatever is wrong in it is compiled anew
 * @param output where the next one's is written, if it is another one
 * @param bytesMax how large that may become
 */
public record CodePack(Path input, Path output, long bytesMax) {}

package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;

/** Reads and writes values of one WIT type as one Java type. {@code engine/native/src/front/wire.rs} has the bytes. */
interface Codec {
    Object read(CustomCall call, ArgumentReader parameters);

    void write(CustomCall call, Object value, AnswerWriter result);
}

package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.memorypool.AnswerWriter;
import java.util.List;

/** What a server of Redis's protocol answers, or a part of it. */
public sealed interface RedisReply {
    /** Nothing. */
    record Nil() implements RedisReply {}

    /** A whole number. */
    record Int(long value) implements RedisReply {}

    /** Any bytes. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Data(byte[] bytes) implements RedisReply {}

    /** Several. */
    record Bulk(List<RedisReply> replies) implements RedisReply {}

    /** A short text, {@code OK} among them. */
    record Text(String text) implements RedisReply {}

    /** The server refuses. */
    record Failure(String text) implements RedisReply {}

    /** Writes it as {@code engine/native/src/front/momento/valkey.rs} reads it. */
    default void writeTo(AnswerWriter out) {
        switch (this) {
            case Nil() -> out.u8(0);
            case Int(long value) -> out.u8(1).i64(value);
            case Data(byte[] bytes) -> out.u8(2).bytes(bytes);
            case Bulk(List<RedisReply> replies) -> {
                out.u8(3).u32(replies.size());
                replies.forEach(reply -> reply.writeTo(out));
            }
            case Text(String text) when text.equals("OK") -> out.u8(4);
            case Text(String text) -> out.u8(5).text(text);
            case Failure(String text) -> out.u8(6).text(text);
        }
    }
}

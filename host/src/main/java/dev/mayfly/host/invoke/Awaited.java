package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.Awaitable;
import dev.mayfly.hostinterfaces.ResourceTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a function waits for besides the time: what of which resources, in its order. One that was closed meanwhile is ready. */
record Awaited(List<One> all) {
    private record One(int what, @Nullable Awaitable resource) {
        boolean isReady() {
            return resource == null || resource.isReady(what);
        }

        long leftNs() {
            return resource == null ? 0 : resource.leftNs(what);
        }
    }

    static Awaited read(ArgumentReader in, ResourceTable resources) {
        List<One> all = new ArrayList<>();
        while (in.hasMore()) {
            all.add(new One(in.u8(), resources.find(in.handle(), Awaitable.class)));
        }
        return new Awaited(all);
    }

    boolean isAnyReady() {
        for (One one : all) {
            if (one.isReady()) {
                return true;
            }
        }
        return false;
    }

    /** How long until one is ready because nothing came. */
    long leftNs() {
        long least = Long.MAX_VALUE;
        for (One one : all) {
            least = Math.min(least, one.leftNs());
        }
        return least;
    }

    /** A byte for each. */
    void answer(AnswerWriter out) {
        for (One one : all) {
            out.bool(one.isReady());
        }
    }
}

package dev.mayfly.linkercache;

import dev.mayfly.engine.CompileReport;
import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.Engine;
import dev.mayfly.engine.FunctionCount;
import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Compiles stored components to stored artifacts: few at once, each only once however many ask for it, and stopped when
 * nobody waits for it any more.
 *
 * <p>Threads: any. Each compilation runs on a virtual thread, which waits for the compiler's process.
 */
public final class ComponentCompiler implements AutoCloseable {
    /** What compiles: {@link Compiler#compile}. */
    @FunctionalInterface
    interface Compilation {
        ComponentDescription compile(Path input, Path output) throws InterruptedException;
    }

    /** The same for an owner, whose earlier compilations may have left functions; null = nobody's. */
    @FunctionalInterface
    private interface OwnedCompilation {
        CompileReport compile(Path input, Path output, @Nullable String owner) throws InterruptedException;
    }

    /** How long {@link #close} waits for the compilers' processes to end after they were killed. */
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(10);

    private final OwnedCompilation compilation;
    private final ArtifactStore store;
    private final String fingerprint;
    private final int jobCountMax;
    private final Semaphore running;

    private final ReentrantLock lock = new ReentrantLock();

    /** Waiting and running. Guarded by {@link #lock}. */
    private final Map<Digest, Job> jobs = new HashMap<>();

    /** Guarded by {@link #lock}. */
    private boolean closed;

    /** Of all compilations. Guarded by {@link #lock}. */
    private FunctionCount functions = FunctionCount.NONE;

    /**
     * One that keeps compiled functions.
     *
     * @param packs where
     * @param runningCountMax how many compilations may run at once
     * @param waitingCountMax how many more may wait for their turn
     */
    public ComponentCompiler(
            Compiler compiler,
            Engine engine,
            ArtifactStore store,
            CodePacks packs,
            int runningCountMax,
            int waitingCountMax) {
        this(
                (input, output, owner) -> owner == null || !packs.areKept()
                        ? withoutPack(compiler::compile, input, output)
                        : packs.use(owner, pack -> compiler.compile(input, output, pack)),
                engine.fingerprint(),
                store,
                runningCountMax,
                waitingCountMax);
    }

    /** One that compiles everything from the beginning. */
    public ComponentCompiler(
            Compiler compiler, Engine engine, ArtifactStore store, int runningCountMax, int waitingCountMax) {
        this(
                (input, output) -> compiler.compile(input, output),
                engine.fingerprint(),
                store,
                runningCountMax,
                waitingCountMax);
    }

    ComponentCompiler(
            Compilation compilation,
            String fingerprint,
            ArtifactStore store,
            int runningCountMax,
            int waitingCountMax) {
        this(
                (input, output, owner) -> withoutPack(compilation, input, output),
                fingerprint,
                store,
                runningCountMax,
                waitingCountMax);
    }

    private static CompileReport withoutPack(Compilation compilation, Path input, Path output)
            throws InterruptedException {
        return new CompileReport(compilation.compile(input, output), FunctionCount.NONE);
    }

    private ComponentCompiler(
            OwnedCompilation compilation,
            String fingerprint,
            ArtifactStore store,
            int runningCountMax,
            int waitingCountMax) {
        if (runningCountMax < 1 || waitingCountMax < 0) {
            throw new MayflyException.Invalid("compile-running-max=" + runningCountMax
                    + " must be at least 1 and compile-waiting-max=" + waitingCountMax + " at least 0");
        }
        this.compilation = compilation;
        this.fingerprint = fingerprint;
        this.store = store;
        this.jobCountMax = runningCountMax + waitingCountMax;
        this.running = new Semaphore(runningCountMax, true);
    }

    /** Half of the cores, at least one: calls are to go on while functions are deployed. */
    public static int defaultRunningCountMax() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    /**
     * The component's artifact, compiled if there is none that is whole. Interrupting the last caller that waits for it
     * stops the compilation.
     *
     * @throws MayflyException.NotFound when the component is not stored
     * @throws MayflyException.Invalid as {@link Compiler#compile} does
     * @throws MayflyException.LimitExceeded as {@link Compiler#compile} does, or when the disk is full
     * @throws MayflyException.Unavailable when too many compilations are waiting, or the host shuts down
     */
    public Artifact compile(Digest component) throws InterruptedException {
        return compile(component, null).artifact();
    }

    /**
     * The same with functions that the owner's earlier compilations kept.
     *
     * @param owner a function's name in full; null = nobody
     */
    public Compiled compile(Digest component, @Nullable String owner) throws InterruptedException {
        Job job = join(component, owner);
        try {
            return job.compiled.get();
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            leave(component, job);
        }
    }

    /**
     * The same for a caller with little time, such as a call that found its artifact damaged: the compilation goes on
     * without it.
     *
     * @param deadlineNs until when to wait, on the clock of {@link System#nanoTime}
     * @throws MayflyException.Unavailable when it takes longer; besides what {@link #compile} throws
     */
    Artifact await(Digest component, long deadlineNs) {
        // Never leaves, so there is always one who waits.
        Job job = join(component, null);
        try {
            return job.compiled
                    .get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS)
                    .artifact();
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (TimeoutException e) {
            throw new MayflyException.Unavailable("the function is still being compiled", Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MayflyException.Unavailable(
                    "interrupted while the function was being compiled", Duration.ofSeconds(1));
        }
    }

    /** Compilations that run or wait for their turn. */
    public int jobCount() {
        lock.lock();
        try {
            return jobs.size();
        } finally {
            lock.unlock();
        }
    }

    /** What all compilations did since the start, of those that keep functions. */
    public FunctionCount functions() {
        lock.lock();
        try {
            return functions;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A compiled component.
     *
     * @param functions what this compilation did with them; none when the artifact was there
     */
    public record Compiled(Artifact artifact, FunctionCount functions) {}

    /** How many callers wait for a component's compilation. */
    int waiting(Digest component) {
        lock.lock();
        try {
            Job job = jobs.get(component);
            return job == null ? 0 : job.waiting;
        } finally {
            lock.unlock();
        }
    }

    private Job join(Digest component, @Nullable String owner) {
        lock.lock();
        try {
            if (closed) {
                throw new MayflyException.Unavailable("the host is shutting down", Duration.ofSeconds(1));
            }
            Job job = jobs.get(component);
            if (job == null) {
                if (jobs.size() >= jobCountMax) {
                    throw new MayflyException.Unavailable(
                            "too many functions are being compiled (limit compile-waiting-max): " + jobs.size(),
                            Duration.ofSeconds(5));
                }
                job = new Job(component, owner);
                jobs.put(component, job);
                job.thread.start();
            }
            job.waiting++;
            return job;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Digest component, Job job) {
        lock.lock();
        try {
            if (--job.waiting == 0 && jobs.remove(component, job)) {
                // Out of the map first: whoever asks from now on gets a compilation that nobody stops.
                job.thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private static MayflyException failure(ExecutionException e) {
        Throwable cause = e.getCause();
        return cause instanceof MayflyException known
                ? known
                : new MayflyException.Internal("compiling failed: " + cause, e);
    }

    /** Stops all compilations and waits for their processes to end. */
    @Override
    public void close() {
        List<Job> open;
        lock.lock();
        try {
            closed = true;
            open = List.copyOf(jobs.values());
        } finally {
            lock.unlock();
        }
        open.forEach(job -> job.thread.interrupt());
        for (Job job : open) {
            try {
                job.thread.join(CLOSE_TIME_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private final class Job {
        final Digest component;
        final @Nullable String owner;
        final CompletableFuture<Compiled> compiled = new CompletableFuture<>();
        final Thread thread;

        /** Callers that have not left. Guarded by {@link #lock}. */
        int waiting;

        Job(Digest component, @Nullable String owner) {
            this.component = component;
            this.owner = owner;
            this.thread =
                    Thread.ofVirtual().name("mayfly-compile-" + component.hex()).unstarted(this::run);
        }

        private void run() {
            Compiled result = null;
            Throwable failure = null;
            try {
                result = storedOrCompiled();
            } catch (InterruptedException e) {
                failure = stopped();
            } catch (Throwable e) {
                // An interrupt may come up as a closed file just as well.
                failure = Thread.currentThread().isInterrupted() ? stopped() : e;
            }
            end(result, failure);
        }

        private static MayflyException stopped() {
            return new MayflyException.Unavailable("the compilation was stopped", Duration.ofSeconds(1));
        }

        private Compiled storedOrCompiled() throws InterruptedException {
            ArtifactKey key = new ArtifactKey(component, fingerprint);
            Optional<Artifact> stored;
            try {
                stored = store.artifact(key);
            } catch (MayflyException.IncompatibleArtifact e) {
                stored = Optional.empty();
            }
            if (stored.isPresent()) {
                return new Compiled(stored.get(), FunctionCount.NONE);
            }
            running.acquire();
            try {
                Path input = store.component(component);
                FunctionCount[] counted = {FunctionCount.NONE};
                Artifact artifact = store.putArtifact(key, output -> {
                    CompileReport report = compilation.compile(input, output, owner);
                    counted[0] = report.functions();
                    return report.description();
                });
                return new Compiled(artifact, counted[0]);
            } finally {
                running.release();
            }
        }

        private void end(@Nullable Compiled result, @Nullable Throwable failure) {
            lock.lock();
            try {
                jobs.remove(component, this);
                if (result != null) {
                    functions = functions.plus(result.functions());
                }
            } finally {
                lock.unlock();
            }
            if (result != null) {
                compiled.complete(result);
            } else {
                compiled.completeExceptionally(failure);
            }
        }
    }
}

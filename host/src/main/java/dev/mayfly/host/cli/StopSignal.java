package dev.mayfly.host.cli;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells a command that runs until it is stopped when that is: on Ctrl-C, or on SIGTERM or SIGHUP.
 *
 * <p>A shutdown hook would do for the waiting, but a JVM that ends by a signal exits with 128 plus its number, and stopping in good order is no
 * failure. The second signal ends the process at once, for whoever won't wait for requests to finish.
 */
final class StopSignal {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private final CountDownLatch requested = new CountDownLatch(1);
    private final boolean ofProcess;

    private StopSignal(boolean ofProcess) {
        this.ofProcess = ofProcess;
    }

    /** Given by the operating system, from {@link #listen()} on. */
    static StopSignal ofProcess() {
        return new StopSignal(true);
    }

    /** Given by {@link #request()} only. */
    static StopSignal byRequest() {
        return new StopSignal(false);
    }

    /** From here on a signal is a request to stop. Commands that don't call this are ended by one, as programs are. */
    void listen() {
        if (ofProcess) {
            SIGNALS.forEach(this::handle);
        }
    }

    // sun.misc.Signal is the JDK's only way to a signal (module jdk.unsupported, kept by JEP 260 as there is no
    // replacement). By reflection
    // because javac warns of its use in a way that can't be suppressed, and warnings are errors here.
    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (isRequested()) {
                            Runtime.getRuntime().halt(ExitCode.FAILED);
                        }
                        request();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("the JDK lacks its module jdk.unsupported", impossible);
        }
    }

    void request() {
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits until it is time to stop. An interrupt is a request too. */
    void await() {
        try {
            requested.await();
        } catch (InterruptedException interrupted) {
            request();
        }
    }

    /** Waits for at most that long; true once it is time to stop. */
    boolean await(Duration atMost) {
        try {
            return requested.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            request();
            return true;
        }
    }
}

package io.netrun.resilience.storm;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/** Failures as foreign code throws them: with methods that throw, shared, errors, wrappers without a cause. */
final class Failures {

    private static final RuntimeException SHARED = new IllegalStateException("shared by all");

    private static final List<Source> SOURCES = List.of(
            () -> new IOException("downstream"),
            () -> SHARED,
            () -> new Hostile(),
            () -> new StackOverflowError("of the body"),
            () -> new LinkageError("of the body"),
            () -> new AssertionError("of the body"),
            () -> new CancellationException("of the body"),
            () -> new RejectedExecutionException("of the body"),
            () -> new TimeoutException("of the body"),
            () -> new InterruptedException("of the body, without an interrupt"),
            () -> new CompletionException(null),
            () -> new ExecutionException("around", new CompletionException(new Hostile())),
            Failures::circle);

    private Failures() {}

    static Throwable any(RandomGenerator random) {
        return SOURCES.get(random.nextInt(SOURCES.size())).make();
    }

    @SuppressWarnings("unchecked")
    static <X extends Throwable> RuntimeException sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    private static Throwable circle() {
        CompletionException outer = new CompletionException("in a circle", null) {};
        outer.initCause(new ExecutionException(outer));
        return outer;
    }

    private interface Source {
        Throwable make();
    }

    /** Every overridable method throws. */
    private static final class Hostile extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String getLocalizedMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }

        @Override
        public boolean equals(Object other) {
            throw new IllegalStateException("no equals");
        }

        @Override
        public int hashCode() {
            throw new IllegalStateException("no hash");
        }
    }
}

package io.netrun.resilience.benchmarks;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A call that fails twice and then succeeds, over and over; its failures are made beforehand. It may be inlined:
 * otherwise the JVM's unwinding of a real frame would cost more than every subject's part.
 */
@State(Scope.Thread)
public class FailingWork {

    private static final int FAILURES = 2;

    private final Object result = new Object();
    private final IllegalStateException[] failures = {
        new IllegalStateException("first"), new IllegalStateException("second")
    };
    private int failed;

    Object call() {
        if (failed < FAILURES) {
            throw failures[failed++];
        }
        failed = 0;
        return result;
    }

    /** How many failures lie behind the next call: none when a whole round is over. */
    int failed() {
        return failed;
    }
}

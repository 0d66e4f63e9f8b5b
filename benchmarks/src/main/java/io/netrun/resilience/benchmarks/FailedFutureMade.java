package io.netrun.resilience.benchmarks;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;

/**
 * An asynchronous call that fails as in {@link FailedFuture}, through four patterns, with a failure that is made for
 * the call, together with its stack trace: on the benchmark's own stack, and on that of a server, {@value #DEEP} frames
 * further up. What making it costs by itself is the limit. Compared with {@code FailedFuture.four}, it shows what a
 * library does for a failure beyond that.
 */
public class FailedFutureMade extends NanosPerCall {

    static final int SHALLOW = 0;
    static final int DEEP = 100;

    @Benchmark
    public Object shallowHandled() {
        return fail(SHALLOW, null);
    }

    @Benchmark
    public Object deepHandled() {
        return fail(DEEP, null);
    }

    @Benchmark
    public Object shallowNetrun(FailingNetrun.Four subject) {
        return fail(SHALLOW, subject);
    }

    @Benchmark
    public Object shallowResilience4j(FailingResilience4j.Four subject) {
        return fail(SHALLOW, subject);
    }

    @Benchmark
    public Object shallowFailsafe(FailingFailsafe.Four subject) {
        return fail(SHALLOW, subject);
    }

    @Benchmark
    public Object shallowSmallRye(FailingSmallRye.Four subject) {
        return fail(SHALLOW, subject);
    }

    @Benchmark
    public Object deepNetrun(FailingNetrun.Four subject) {
        return fail(DEEP, subject);
    }

    @Benchmark
    public Object deepResilience4j(FailingResilience4j.Four subject) {
        return fail(DEEP, subject);
    }

    @Benchmark
    public Object deepFailsafe(FailingFailsafe.Four subject) {
        return fail(DEEP, subject);
    }

    @Benchmark
    public Object deepSmallRye(FailingSmallRye.Four subject) {
        return fail(DEEP, subject);
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private static Object fail(int depth, AsyncCalls.Starter subject) {
        if (depth > 0) {
            return fail(depth - 1, subject);
        }
        var down = new IllegalStateException("down");
        if (subject != null) {
            return FailedFuture.failLater(subject, down);
        }
        var future = new CompletableFuture<Object>();
        CompletableFuture<Object> handled = future.handle((value, failure) -> failure);
        future.completeExceptionally(down);
        return handled.join();
    }
}

package io.netrun.resilience.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;

/**
 * An asynchronous call that fails as in {@link FailedFuture}, through four patterns, with a failure that its body
 * makes, together with its stack trace: {@value #SHALLOW} frames above the benchmark's own, and {@value #DEEP} as on a
 * server.
 *
 * <p>{@code madeShallow} and {@code madeDeep} are the making of the failure alone, on the same stack. What a library
 * does for a failure beyond that is the difference, as a multiple of the same call with a failure made beforehand:
 *
 * <pre>
 * (shallowNetrun - madeShallow) / FailedFuture.fourNetrun
 * (deepNetrun - madeDeep) / FailedFuture.fourNetrun
 * </pre>
 *
 * <p>The frames of the library around the body are in the stack trace, too, and count for the library. HotSpot keeps a
 * stack trace in blocks of 32 frames, of 680 bytes each on JDK 17. The library's frames begin another block in the
 * shallow case, and none in the deep one: its own objects are the same in both. Failsafe calls the body on a thread of
 * its own, so neither stack is under its failure.
 */
public class FailedFutureMade extends NanosPerCall {

    static final int SHALLOW = 10;
    static final int DEEP = 150;

    @Benchmark
    public Object madeShallow() {
        return make(SHALLOW);
    }

    @Benchmark
    public Object madeDeep() {
        return make(DEEP);
    }

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
        var body = new FailingBody();
        CompletionStage<Object> call = subject == null ? body.get() : subject.start(body);
        body.fail();
        return call.handle((value, failure) -> failure).toCompletableFuture().join();
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private static Object make(int depth) {
        return depth > 0 ? make(depth - 1) : new IllegalStateException("down");
    }

    /** Makes its failure when it is called, and fails with it later. */
    private static final class FailingBody implements Supplier<CompletionStage<Object>> {

        private final CompletableFuture<Object> future = new CompletableFuture<>();
        private volatile Throwable failure;

        @Override
        public CompletionStage<Object> get() {
            failure = new IllegalStateException("down");
            return future;
        }

        void fail() {
            while (failure == null) {
                Thread.onSpinWait(); // Failsafe calls it on another thread
            }
            future.completeExceptionally(failure);
        }
    }
}

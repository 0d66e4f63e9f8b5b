package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call whose end is decided reaches its caller, also if a step in between fails for want of memory. */
@Timeout(60)
class EndWithoutMemoryTests {

    private final CompletableFuture<String> body = new CompletableFuture<>();

    /** A policy that runs out of memory while it settles what it holds. */
    private static final class Settling extends RelayFuture<String> {

        private final boolean decided;

        Settling(boolean decided) {
            this.decided = decided;
        }

        @Override
        protected void onInnerEnd(String value, @Nullable Throwable failure) {
            if (decided) {
                tryEndWithInner();
            }
            throw new OutOfMemoryError("full");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resultShouldArriveAlthoughSettlingFails(boolean decided) {
        Settling call = new Settling(decided);
        call.follow(body);
        body.complete("done");
        assertThat(call).isCompletedWithValue("done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failureShouldArriveAlthoughSettlingFails(boolean decided) {
        Settling call = new Settling(decided);
        call.follow(body);
        body.completeExceptionally(new IOException());
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(IOException.class);
    }

    /** A future that can be neither cancelled nor ended at first. */
    private static final class FullHeapFuture extends CompletableFuture<String> {

        private final AtomicInteger failures = new AtomicInteger(2);

        private void allocate() {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("full");
            }
        }

        @Override
        public boolean complete(String value) {
            allocate();
            return super.complete(value);
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            allocate();
            return super.completeExceptionally(failure);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            allocate();
            return super.cancel(mayInterruptIfRunning);
        }
    }

    @Test
    void callInAScopeThatIsLeftShouldBeCancelledLater() {
        Deadline scope = Deadline.NONE.child();
        FullHeapFuture inner = new FullHeapFuture();
        scope.cancelWithScope(inner);
        scope.tryStop();
        await().until(inner::isCancelled);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void futureShouldEndOnceThereIsMemory(boolean fails) {
        FullHeapFuture future = new FullHeapFuture();
        assertThat(ForeignStage.end(future, "done", fails ? new IOException() : null))
                .isTrue();
        assertThat(future.isCompletedExceptionally()).isEqualTo(fails);
    }

    @Test
    void futureThatHasEndedShouldKeepItsEnd() {
        body.complete("first");
        assertThat(ForeignStage.end(body, "second", null)).isFalse();
        assertThat(body).isCompletedWithValue("first");
    }

    @Test
    void dependentThatFailsShouldNotHoldUpOthers() {
        AtomicInteger ended = new AtomicInteger();
        BiFunction<String, Throwable, Integer> dependent = (value, failure) -> ended.incrementAndGet();
        body.handle(dependent);
        body.whenComplete((value, failure) -> {
            throw new OutOfMemoryError("full");
        });
        body.handle(dependent);
        assertThat(ForeignStage.end(body, "done", null)).isTrue();
        assertThat(ended).hasValue(2);
    }
}

package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that is left between the grant of its permit and its begin: it never ran, so it was not accepted. */
@Timeout(60)
class LeftAtItsPermitTests {

    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final AtomicInteger made = new AtomicInteger();
    private volatile Runnable whenGranted = () -> {};

    /** The clock is read for the length of the wait once a permit is granted, before the call begins. */
    private final Bulkhead bulkhead = Bulkhead.of(
            "b",
            BulkheadConfig.builder()
                    .maxConcurrent(1)
                    .pools(BulkheadPools.SHARED)
                    .build(),
            new RelayTicker(new ManualTicker()) {
                @Override
                public long nanoTime() {
                    Runnable task = whenGranted;
                    if (bulkhead().metrics().totalAccepted() > 0 && first.isDone()) {
                        whenGranted = () -> {};
                        task.run();
                    }
                    return super.nanoTime();
                }
            });

    private Bulkhead bulkhead() {
        return bulkhead;
    }

    private CompletableFuture<String> body() {
        made.incrementAndGet();
        return CompletableFuture.completedFuture("done");
    }

    private void assertOnlyTheFirstWasAccepted() {
        await().until(() -> !bulkhead.isInUse());
        assertThat(made).hasValue(0);
        assertThat(bulkhead.metrics().totalAccepted()).isOne();
    }

    @Test
    void cancelledCallShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        CompletableFuture<String> call = bulkhead.callAsync(this::body);
        whenGranted = () -> call.cancel(true);
        first.complete("first");
        assertThat(call).isCancelled();
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void callsThatAreCancelledInOrderShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        CompletableFuture<String> second = bulkhead.callAsync(this::body);
        CompletableFuture<String> third = bulkhead.callAsync(this::body);
        whenGranted = () -> {
            whenGranted = () -> third.cancel(true);
            second.cancel(true);
        };
        first.complete("first");
        assertThat(third).isCancelled();
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void callOfAScopeThatIsLeftShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        Deadline scope = Deadline.NONE.child();
        CompletableFuture<String> call = bulkhead.entry().callAsync(this::body, scope);
        whenGranted = scope::tryStop;
        first.complete("first");
        assertThat(catchThrowable(call::join)).isInstanceOf(CancellationException.class);
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void subscriptionThatHasLeftShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        Left left = new Left();
        CompletableFuture<String> call = bulkhead.callAsync(left);
        first.complete("first");
        assertThat(catchThrowable(call::join)).isInstanceOf(CancellationException.class);
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void syncCallOfAScopeThatIsLeftShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        Deadline scope = Deadline.NONE.child();
        FutureTask<Throwable> call =
                new FutureTask<>(() -> catchThrowable(() -> bulkhead.entry().call(this::body, scope)));
        new Thread(call).start();
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        whenGranted = scope::tryStop;
        first.complete("first");
        assertThat(call).succeedsWithin(Duration.ofSeconds(10)).isInstanceOf(CancellationException.class);
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void permitOfAScopeThatIsLeftShouldNotCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        Deadline scope = Deadline.NONE.child();
        FutureTask<Throwable> call = new FutureTask<>(() -> {
            Deadline before = scope.enterScope();
            try {
                return catchThrowable(bulkhead::acquirePermit);
            } finally {
                Deadline.exitScope(before);
            }
        });
        new Thread(call).start();
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        whenGranted = scope::tryStop;
        first.complete("first");
        assertThat(call).succeedsWithin(Duration.ofSeconds(10)).isInstanceOf(CancellationException.class);
        assertOnlyTheFirstWasAccepted();
    }

    @Test
    void callThatIsWantedShouldCountAsAccepted() {
        bulkhead.callAsync(() -> first);
        CompletableFuture<String> call = bulkhead.callAsync(this::body);
        first.complete("first");
        assertThat(call.join()).isEqualTo("done");
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
    }

    /** A call whose subscriber has left, and has not cancelled its future yet. */
    private final class Left extends AdaptedCall<String> {

        @Override
        public CompletionStage<String> get() {
            return body();
        }

        @Override
        public boolean isCommitted() {
            return false;
        }

        @Override
        public boolean isLeft() {
            return true;
        }

        @Override
        public CompletionStage<String> adapt(@Nullable Object replacement) {
            return get();
        }
    }
}

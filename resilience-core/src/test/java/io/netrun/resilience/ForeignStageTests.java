package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages and futures of others: without a future of their own, that cannot be cancelled, or whose methods throw. */
@org.junit.jupiter.api.Timeout(60)
class ForeignStageTests {

    private final LimitFixture limits = new LimitFixture();
    private final CompletableFuture<String> own = new CompletableFuture<>();
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    // ---- stages that are no future

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void permitShouldBeHeldUntilTheStageEnds(boolean byLimit) {
        Timeout timeout = limits.timeout(TimeoutThread.AUTO);
        CompletableFuture<String> call = Pipeline.of(timeout, bulkhead).callAsync(own::minimalCompletionStage);
        if (byLimit) {
            limits.ticker.advance(LimitFixture.LIMIT);
        } else {
            call.cancel(true);
        }
        await().until(call::isDone);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        own.complete("late");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void cancelShouldReachTheFutureBehindAStage() {
        CompletableFuture<String> call = bulkhead.callAsync(() -> stage(own));
        call.cancel(true);
        assertThat(own).isCancelled();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void resultsOfAStageShouldBeThoseOfTheCall() {
        CompletableFuture<String> call = Pipeline.of().callAsync(() -> stage(own));
        own.complete("ok");
        assertThat(call).isCompletedWithValue("ok");
        CompletableFuture<String> failed =
                bulkhead.callAsync(() -> stage(CompletableFuture.failedFuture(new IOException())));
        assertThat(catchThrowable(failed::join)).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void callerShouldBeAbleToLeaveAStageThatGoesOn() {
        CompletableFuture<String> call = Pipeline.of().callAsync(own::minimalCompletionStage);
        assertThat(call.cancel(true)).isTrue();
        assertThat(call).isCancelled();
        assertThat(own).isNotDone();
    }

    @Test
    void fallbackMayBeAStageWithoutAFuture() {
        Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, e -> withoutFuture(own)));
        CompletableFuture<String> call = fallback.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        own.complete("else");
        assertThat(call).isCompletedWithValue("else");
    }

    @Test
    void hedgeShouldHoldASlotUntilTheStageOfALoserEnds() {
        Hedge hedge = hedge(1);
        List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = hedge.callAsync(() -> {
            CompletableFuture<String> attempt = new CompletableFuture<>();
            attempts.add(attempt);
            return attempt.minimalCompletionStage();
        });
        limits.ticker.advance(Duration.ofSeconds(1));
        await().until(() -> attempts.size() == 2);
        attempts.get(1).complete("second");
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("second");
        assertThat(hedge.metrics().active()).isEqualTo(1);
        attempts.get(0).complete("first");
        assertThat(hedge.metrics().active()).isZero();
    }

    // ---- methods that throw

    @ParameterizedTest
    @ValueSource(strings = {"handle", "isDone", "toCompletableFuture"})
    void stageWhoseMethodThrowsShouldFailTheCallOrEndWithIt(String method) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        CompletableFuture<String> broken = new CompletableFuture<>() {

            @Override
            public <U> CompletableFuture<U> handle(
                    java.util.function.BiFunction<? super String, Throwable, ? extends U> fn) {
                failIf("handle");
                return super.handle(fn);
            }

            @Override
            public boolean isDone() {
                failIf("isDone");
                return super.isDone();
            }

            @Override
            public CompletableFuture<String> toCompletableFuture() {
                failIf("toCompletableFuture");
                return this;
            }

            private void failIf(String called) {
                if (called.equals(method)) {
                    throw new IllegalStateException(called);
                }
            }
        };
        CompletableFuture<String> call = Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead, breaker)
                .callAsync(() -> broken);
        broken.complete("ok");
        if (method.equals("handle")) {
            assertThat(catchThrowable(call::join)).hasRootCauseInstanceOf(IllegalStateException.class);
        } else {
            assertThat(call).isCompletedWithValue("ok");
        }
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(limits.ticker.scheduledCount()).isZero();
        assertThat(breaker.metrics().totalSucceeded() + breaker.metrics().totalFailed())
                .isEqualTo(1);
    }

    /** A future that throws when it is queried for a time that is counted from one, and not before and after. */
    private static final class ThrowsOnce extends CompletableFuture<String> {

        private final AtomicInteger queries;

        ThrowsOnce(int query) {
            this.queries = new AtomicInteger(query);
        }

        @Override
        public boolean isDone() {
            throwIfCounted();
            return super.isDone();
        }

        @Override
        public boolean isCompletedExceptionally() {
            throwIfCounted();
            return super.isCompletedExceptionally();
        }

        @Override
        public String getNow(String absent) {
            throwIfCounted();
            return super.getNow(absent);
        }

        private void throwIfCounted() {
            if (queries.decrementAndGet() == 0) {
                throw new IllegalStateException("queried");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void cancelledCallWhenAQueryThrowsShouldReleaseItsPermit(int query) {
        Fallback fallback = Fallback.of("f", c -> c.value("else"));
        CompletableFuture<String> call = Pipeline.of(fallback, bulkhead).callAsync(() -> new ThrowsOnce(query));
        call.cancel(true);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void callWhenAQueryThrowsShouldEndWithItsResult(int query) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        ThrowsOnce body = new ThrowsOnce(query);
        CompletableFuture<String> call = Pipeline.of(
                        Fallback.of("f", c -> c.value("else")),
                        limits.timeout(TimeoutThread.AUTO),
                        limits.retry(c -> c),
                        bulkhead,
                        breaker)
                .callAsync(() -> body);
        body.complete("ok");
        assertThat(call).isCompletedWithValue("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void endedCallWhenAQueryThrowsShouldEndWithItsResult(int query) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        ThrowsOnce body = new ThrowsOnce(query);
        body.complete("ok");
        CompletableFuture<String> call = Pipeline.of(
                        Fallback.of("f", c -> c.value("else")), limits.retry(c -> c), bulkhead, breaker)
                .callAsync(() -> body);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void nestedCallWhenAQueryThrowsShouldEndWithItsResult(int query) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        ThrowsOnce body = new ThrowsOnce(query);
        CompletableFuture<String> call = bulkhead.callAsync(() -> breaker.callAsync(() -> body));
        body.complete("ok");
        assertThat(call).isCompletedWithValue("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void limitShouldFireAlthoughTheCallsCancelThrows() {
        CompletableFuture<String> deaf = cancelThrows();
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead).callAsync(() -> deaf);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(() -> call.get(20, TimeUnit.SECONDS)))
                .hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        deaf.complete("late");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void losersShouldAllBeCancelledAlthoughOneThrows() {
        Hedge hedge = hedge(10);
        List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 5; i++) {
            attempts.clear();
            CompletableFuture<String> call = hedge.callAsync(() -> {
                CompletableFuture<String> attempt = cancelThrowsAfterwards();
                attempts.add(attempt);
                return attempt;
            });
            limits.ticker.advance(Duration.ofSeconds(1));
            await().until(() -> attempts.size() == 2 && limits.ticker.scheduledCount() == 1);
            limits.ticker.advance(Duration.ofSeconds(1));
            await().until(() -> attempts.size() == 3);
            attempts.get(1).complete("won");
            assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("won");
            assertThat(attempts.get(0)).isCancelled();
            assertThat(attempts.get(2)).isCancelled();
            assertThat(hedge.metrics().active()).isZero();
        }
    }

    // ---- a cancel that blocks

    @Test
    void limitShouldFireAlthoughTheCallsCancelBlocks() {
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead).callAsync(this::cancelBlocks);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(() -> call.get(20, TimeUnit.SECONDS)))
                .hasCauseInstanceOf(TimeoutExceededException.class);
    }

    @Test
    void winnerOfAHedgeShouldNotWaitForALosersCancel() {
        List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = hedge(10).callAsync(() -> {
            attempts.add(attempts.isEmpty() ? cancelBlocks() : new CompletableFuture<>());
            return attempts.get(attempts.size() - 1);
        });
        limits.ticker.advance(Duration.ofSeconds(1));
        await().until(() -> attempts.size() == 2);
        new Thread(() -> attempts.get(1).complete("won")).start();
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("won");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callerThatLeavesShouldEndTheFutureAlthoughACancelBlocks(boolean cancels) {
        CompletableFuture<String> call = bulkhead.callAsync(this::cancelBlocks);
        new Thread(() -> {
                    if (cancels) {
                        call.cancel(true);
                    } else {
                        call.completeExceptionally(new IOException("left"));
                    }
                })
                .start();
        Throwable thrown = catchThrowable(() -> call.get(20, TimeUnit.SECONDS));
        assertThat(thrown).isNotInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(call.isCancelled()).isEqualTo(cancels);
    }

    // ---- helpers

    private Hedge hedge(int maxActive) {
        return Hedge.of(
                "h",
                HedgeConfig.builder()
                        .delay(Duration.ofSeconds(1))
                        .maxAttempts(3)
                        .maxActive(maxActive)
                        .build(),
                limits.ticker);
    }

    private static CompletableFuture<String> cancelThrows() {
        return new CompletableFuture<>() {

            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                throw new IllegalStateException("cannot be cancelled");
            }
        };
    }

    private static CompletableFuture<String> cancelThrowsAfterwards() {
        return new CompletableFuture<>() {

            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                super.cancel(mayInterruptIfRunning);
                throw new IllegalStateException("cancelled, and more");
            }
        };
    }

    private CompletableFuture<String> cancelBlocks() {
        return new CompletableFuture<>() {

            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                limits.hangDeaf();
                return super.cancel(mayInterruptIfRunning);
            }
        };
    }

    /** A stage of another library, whose future is that of the call. */
    private static CompletionStage<String> stage(CompletableFuture<String> future) {
        return proxy(future, false);
    }

    /** As its Javadoc allows, it has no {@code toCompletableFuture}. */
    private static CompletionStage<String> withoutFuture(CompletableFuture<String> future) {
        return proxy(future, true);
    }

    @SuppressWarnings("unchecked")
    private static CompletionStage<String> proxy(CompletableFuture<String> future, boolean withoutFuture) {
        return (CompletionStage<String>) Proxy.newProxyInstance(
                ForeignStageTests.class.getClassLoader(),
                new Class<?>[] {CompletionStage.class},
                (proxy, method, arguments) -> {
                    if (withoutFuture && method.getName().equals("toCompletableFuture")) {
                        throw new UnsupportedOperationException("not a future");
                    }
                    try {
                        return method.invoke(future, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    // ---- a full heap

    /** As the JDK's own future while the heap is full: its cancel allocates an exception. */
    private static final class FullHeapFuture extends CompletableFuture<String> {

        private final AtomicInteger failures;

        FullHeapFuture(int failures) {
            this.failures = new AtomicInteger(failures);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("full");
            }
            return super.cancel(mayInterruptIfRunning);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void futureThatCouldNotBeCancelledShouldBeCancelledLater(boolean byLimit) {
        Timeout timeout = limits.timeout(TimeoutThread.AUTO);
        FullHeapFuture body = new FullHeapFuture(5);
        CompletableFuture<String> call = Pipeline.of(timeout, bulkhead).callAsync(() -> body);
        if (byLimit) {
            limits.ticker.advance(LimitFixture.LIMIT);
        } else {
            call.cancel(true);
        }
        await().until(call::isDone);
        await().until(body::isCancelled);
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void futuresThatCouldNotBeCancelledShouldAllBeCancelledLater() {
        List<FullHeapFuture> bodies = IntStream.range(0, 200)
                .mapToObj(number -> new FullHeapFuture(number % 4))
                .toList();
        bodies.forEach(ForeignStage::cancel);
        await().until(() -> bodies.stream().allMatch(CompletableFuture::isCancelled));
        FullHeapFuture next = new FullHeapFuture(1);
        ForeignStage.cancel(next);
        await().until(next::isCancelled);
    }

    @Test
    void futureWhoseCancelAlwaysFailsShouldNotHoldUpOthers() {
        FullHeapFuture never = new FullHeapFuture(1_000_000);
        FullHeapFuture other = new FullHeapFuture(2);
        ForeignStage.cancel(never);
        ForeignStage.cancel(other);
        await().until(other::isCancelled);
        never.complete("so that it is not tried any longer");
        never.failures.set(0);
    }
}

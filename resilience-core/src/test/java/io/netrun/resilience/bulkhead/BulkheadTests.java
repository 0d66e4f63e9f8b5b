package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Serialized;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BulkheadTests {

    private final ManualTicker ticker = new ManualTicker();

    // ---- sync calls

    @Test
    void callWhenFullAndNoQueueShouldRejectWithTheFigures() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        bulkhead.run(() -> assertThatThrownBy(() -> bulkhead.run(() -> {}))
                .isInstanceOf(BulkheadFullException.class)
                .hasMessage("Bulkhead 'test' is full: 1 of 1 calls running, 0 of 0 waiting")
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty()));
        assertThat(bulkhead.metrics().totalRejected()).isEqualTo(1);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(1);
    }

    @Test
    void callWhenItThrowsShouldReleaseThePermit() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        catchThrowable(() -> bulkhead.run(() -> {
            throw new AssertionError();
        }));
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    @Test
    void callWhenListenerThrowsShouldRejectAllTheSame() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        bulkhead.onRejected(event -> {
            throw new AssertionError("listener");
        });
        bulkhead.run(() -> assertThatThrownBy(() -> bulkhead.run(() -> {})).isInstanceOf(BulkheadFullException.class));
        bulkhead.run(() -> {});
    }

    @Test
    void listenerThatBlocksShouldHoldUpNobodyElse() throws Exception {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bulkhead.onRejected(event -> {
            blocked.countDown();
            catchThrowable(release::await);
        });
        CompletableFuture<String> other = new CompletableFuture<>();
        bulkhead.callAsync(() -> other);
        Thread refused = start(() -> bulkhead.callAsync(() -> other));
        assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        other.complete("done");
        assertThat(bulkhead.callAsync(() -> CompletableFuture.completedFuture("ok")))
                .isCompletedWithValue("ok");
        release.countDown();
        refused.join(20_000);
    }

    @Test
    void rejectionShouldKeepItsMessageWhenSerialized() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        BulkheadFullException rejection =
                catchThrowableOfType(BulkheadFullException.class, () -> bulkhead.run(() -> bulkhead.run(() -> {})));
        assertThat(Serialized.copy(rejection)).hasMessage(rejection.getMessage());
    }

    @Test
    void callsWhenWaitingShouldBeServedInOrderOfArrival() throws Exception {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(5));
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = new ArrayList<>();
        callers.add(start(() -> bulkhead.run(release::await)));
        await().until(() -> bulkhead.metrics().syncActive() == 1);
        for (int i = 0; i < 5; i++) {
            int number = i;
            callers.add(start(() -> bulkhead.run(() -> order.add(number))));
            await().until(() -> bulkhead.metrics().syncQueued() == number + 1);
        }
        assertThatThrownBy(() -> bulkhead.run(() -> {})).hasMessageContaining("1 of 1 calls running, 5 of 5 waiting");
        ticker.advance(Duration.ofSeconds(7));
        release.countDown();
        for (Thread caller : callers) {
            caller.join(10_000);
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(bulkhead.metrics().longestWait()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void callWhenInterruptedInTheQueueShouldLeaveWithTheFlagSet() throws Exception {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(5));
        CountDownLatch release = new CountDownLatch(1);
        Thread holder = start(() -> bulkhead.run(release::await));
        await().until(() -> bulkhead.metrics().syncActive() == 1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread waiter = start(() -> {
            thrown.set(catchThrowable(() -> bulkhead.run(() -> {})));
            flag.set(Thread.currentThread().isInterrupted());
        });
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        waiter.interrupt();
        waiter.join(10_000);
        assertThat(thrown.get()).isInstanceOf(CallInterruptedException.class);
        assertThat(flag).isTrue();
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        release.countDown();
        holder.join(10_000);
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    @Test
    void callWhenItWaitsLongerThanMaxWaitShouldBeRejected() throws Exception {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(5).maxWait(Duration.ofSeconds(2)));
        CountDownLatch release = new CountDownLatch(1);
        Thread holder = start(() -> bulkhead.run(release::await));
        await().until(() -> bulkhead.metrics().syncActive() == 1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiter = start(() -> thrown.set(catchThrowable(() -> bulkhead.run(() -> {}))));
        await().until(() -> bulkhead.metrics().syncQueued() == 1 && ticker.scheduledCount() == 1);
        ticker.advance(Duration.ofSeconds(2));
        waiter.join(10_000);
        assertThat(thrown.get())
                .isInstanceOf(BulkheadFullException.class)
                .hasMessage(
                        "Bulkhead 'test' timed out after 2s waiting for a permit: 1 of 1 calls running, 0 of 5 waiting");
        release.countDown();
        holder.join(10_000);
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    // ---- asynchronous calls

    @Test
    void callAsyncShouldHoldItsPermitUntilTheFutureEnds() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = bulkhead.callAsync(() -> own);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        assertThatThrownBy(bulkhead.callAsync(() -> CompletableFuture.completedFuture("x"))::join)
                .hasCauseInstanceOf(BulkheadFullException.class);
        own.complete("ok");
        assertThat(call.join()).isEqualTo("ok");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void callAsyncWhenCancelIsIgnoredShouldHoldThePermitUntilItsEnd() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        CompletableFuture<String> stubborn = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        bulkhead.callAsync(() -> stubborn).cancel(true);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        stubborn.complete("late");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void callAsyncWhenQueuedShouldStartWhenAPermitIsFree() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        CompletableFuture<String> second = bulkhead.callAsync(() -> CompletableFuture.completedFuture("second"));
        assertThat(bulkhead.metrics().asyncQueued()).isEqualTo(1);
        first.complete("first");
        assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("second");
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void callAsyncWhenCancelledInTheQueueShouldLeaveItAndNeverRun() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> queued = bulkhead.callAsync(() -> {
            calls.incrementAndGet();
            return CompletableFuture.completedFuture("x");
        });
        queued.cancel(true);
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
        first.complete("first");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(calls).hasValue(0);
    }

    @Test
    void callAsyncWhenItWaitsLongerThanMaxWaitShouldBeRejected() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1).maxWait(Duration.ofSeconds(2)));
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<Object> queued = bulkhead.callAsync(CompletableFuture::new);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(queued)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(BulkheadFullException.class);
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenManyQueuedCallsEndAtOnceShouldNotRecurse() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(10_000));
        CompletableFuture<String> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        List<CompletableFuture<String>> queued = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            queued.add(bulkhead.callAsync(() -> CompletableFuture.completedFuture("x")));
        }
        first.complete("first");
        assertThat(CompletableFuture.allOf(queued.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Duration.ofSeconds(30));
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(10_001);
    }

    @Test
    void callAsyncWhenReleasedShouldNotRunOnTheReleasingThread() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        CompletableFuture<Thread> ranOn =
                bulkhead.callAsync(() -> CompletableFuture.completedFuture(Thread.currentThread()));
        first.complete("first");
        assertThat(ranOn).succeedsWithin(Duration.ofSeconds(10)).isNotSameAs(Thread.currentThread());
    }

    // ---- pools

    @Test
    void callWhenPoolsAreSeparateShouldNotCountAsynchronousOnes() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        bulkhead.callAsync(CompletableFuture::new);
        assertThat(bulkhead.<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
    }

    @Test
    void callWhenPoolsAreSharedShouldCountAsynchronousOnes() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0).pools(BulkheadPools.SHARED));
        bulkhead.callAsync(CompletableFuture::new);
        assertThatThrownBy(() -> bulkhead.run(() -> {})).isInstanceOf(BulkheadFullException.class);
    }

    // ---- resizing

    @Test
    void resizeWhenLimitGrowsShouldLetWaitersIn() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<String> queued = bulkhead.callAsync(() -> CompletableFuture.completedFuture("in"));
        bulkhead.async().resize(2, 1);
        assertThat(queued).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("in");
    }

    @Test
    void resizeWhenLimitShrinksShouldKeepRunningCalls() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(2).maxQueue(0));
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        bulkhead.callAsync(() -> second);
        bulkhead.async().resize(1, 0);
        first.complete("x");
        assertThat(bulkhead.async().tryAcquire()).isFalse();
        second.complete("x");
        assertThat(bulkhead.async().tryAcquire()).isTrue();
    }

    // ---- threads

    @Test
    void callsOfManyThreadsShouldLoseNoPermitAndExceedNoLimit() throws Exception {
        Bulkhead bulkhead =
                Bulkhead.of("stress", c -> c.maxConcurrent(3).maxQueue(4).pools(BulkheadPools.SHARED));
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        ConcurrentLinkedQueue<CompletableFuture<?>> started = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> runs = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 4_000; i++) {
                    int kind = ThreadLocalRandom.current().nextInt(3);
                    try {
                        if (kind < 2) {
                            bulkhead.run(() -> {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                ran.incrementAndGet();
                                Thread.onSpinWait();
                                running.decrementAndGet();
                            });
                        } else {
                            CompletableFuture<Object> call = bulkhead.callAsync(() -> {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                ran.incrementAndGet();
                                return CompletableFuture.supplyAsync(() -> {
                                    running.decrementAndGet();
                                    return null;
                                });
                            });
                            started.add(call);
                        }
                    } catch (BulkheadFullException full) {
                        Thread.onSpinWait();
                    }
                }
                return null;
            }));
        }
        for (Future<?> run : runs) {
            run.get(40, TimeUnit.SECONDS);
        }
        threads.shutdown();
        await().until(() -> started.stream().allMatch(CompletableFuture::isDone));
        await().until(() -> bulkhead.metrics().syncActive() == 0);
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(ran.get());
        assertThat(bulkhead.metrics().totalAccepted() + bulkhead.metrics().totalRejected())
                .isEqualTo(32_000);
    }

    @Test
    void callsWhenWaitersAreCancelledAtRandomShouldLoseNoPermit() throws Exception {
        Bulkhead bulkhead = Bulkhead.of("cancel", c -> c.maxConcurrent(2).maxQueue(50));
        ExecutorService threads = Executors.newFixedThreadPool(6);
        List<Future<?>> runs = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 3_000; i++) {
                    CompletableFuture<String> call = bulkhead.callAsync(() -> CompletableFuture.supplyAsync(() -> "x"));
                    if (ThreadLocalRandom.current().nextBoolean()) {
                        call.cancel(true);
                    }
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get(40, TimeUnit.SECONDS);
        }
        threads.shutdown();
        await().until(() ->
                bulkhead.metrics().asyncActive() == 0 && bulkhead.metrics().asyncQueued() == 0);
        CompletableFuture<String> after = bulkhead.callAsync(() -> CompletableFuture.completedFuture("still works"));
        assertThat(after).succeedsWithin(Duration.ofSeconds(10));
    }

    // ---- fixtures

    private Bulkhead bulkhead(Consumer<BulkheadConfig.Builder> settings) {
        BulkheadConfig.Builder builder = BulkheadConfig.builder();
        settings.accept(builder);
        return Bulkhead.of("test", builder.build(), ticker);
    }

    private interface Step {
        void run() throws Exception;
    }

    private static Thread start(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }
}

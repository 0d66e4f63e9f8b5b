package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What belongs to a call, and so ends with it, and what does not. */
@org.junit.jupiter.api.Timeout(60)
class ScopeTests {

    private static final Duration INNER = LimitFixture.LIMIT.dividedBy(5);

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));

    @AfterEach
    void releaseAll() {
        limits.release.countDown();
    }

    @Test
    void callThatWasNotAwaitedShouldOutliveALimitThatWasKept() {
        CompletableFuture<String> own = new CompletableFuture<>();
        AtomicReference<CompletableFuture<String>> started = new AtomicReference<>();
        limits.timeout(TimeoutThread.CALLER).run(() -> started.set(breaker.callAsync(() -> own)));
        limits.ticker.advance(LimitFixture.LIMIT.multipliedBy(2));
        assertThat(started.get()).isNotDone();
        own.complete("done");
        assertThat(started.get()).isCompletedWithValue("done");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }

    @Test
    void callThatWasNotAwaitedShouldBeFailedByALimitThatFires() {
        CompletableFuture<String> own = new CompletableFuture<>();
        limits.exceed(() -> limits.timeout(TimeoutThread.WORKER).run(() -> {
            breaker.callAsync(() -> own);
            limits.hang();
        }));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        own.complete("late");
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    @Test
    void cleanUpAfterTheLimitShouldBeACallOfItsOwn() {
        AtomicReference<Throwable> cleanUp = new AtomicReference<>();
        CountDownLatch cleaned = new CountDownLatch(1);
        limits.exceed(() -> limits.timeout(TimeoutThread.WORKER).run(() -> {
            try {
                limits.hang();
            } finally {
                Thread.interrupted();
                cleanUp.set(catchThrowable(() -> Pipeline.of(bulkhead, breaker).run(() -> {})));
                cleaned.countDown();
            }
        }));
        LimitFixture.awaitLatch(cleaned);
        assertThat(cleanUp).hasValue(null);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @ParameterizedTest
    @EnumSource(TimeoutThread.class)
    void cleanUpAfterAnInnerLimitShouldBelongToTheOuterCall(TimeoutThread thread) {
        CountDownLatch hanging = new CountDownLatch(1);
        long before = limits.ticker.nanoTime();
        Timeout inner = inner(thread);
        Throwable thrown = limits.exceedWhen(
                () -> {
                    // In steps, because the inner limit may begin after its body, and not as far as the outer one.
                    if (limits.running.getCount() == 0 && limits.ticker.nanoTime() - before < INNER.toNanos() * 3) {
                        limits.ticker.advance(INNER.dividedBy(2));
                    }
                    return hanging.getCount() == 0;
                },
                () -> limits.timeout(TimeoutThread.WORKER).run(() -> {
                    try {
                        inner.run(() -> {
                            try {
                                limits.hang();
                            } catch (InterruptedException interrupt) {
                                breaker.<RuntimeException>run(() -> {
                                    hanging.countDown();
                                    limits.hangDeaf();
                                });
                            }
                        });
                    } catch (TimeoutExceededException expected) {
                        limits.hangDeaf(); // the outer call goes on
                    }
                }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void cleanUpOfAnInnerMonoShouldBelongToTheOuterCall() {
        AtomicReference<Disposable> cleanUp = new AtomicReference<>();
        Mono<String> cleaning = ReactorGuard.of(inner(TimeoutThread.WORKER))
                .mono(Mono.deferContextual(context -> Mono.<String>never()
                        .doOnCancel(() -> cleanUp.set(ReactorGuard.of(breaker)
                                .mono(Mono.never())
                                .contextWrite(context)
                                .subscribe()))))
                .onErrorResume(failure -> Mono.never());
        CompletableFuture<String> call = ReactorGuard.of(limits.timeout(TimeoutThread.WORKER))
                .mono(cleaning)
                .toFuture();
        limits.ticker.advance(INNER);
        await().until(() -> cleanUp.get() != null);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThatThrownBy(call::join).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    private Timeout inner(TimeoutThread thread) {
        return Timeout.of(
                "inner", TimeoutConfig.builder().duration(INNER).thread(thread).build(), limits.ticker);
    }

    @Test
    void callThatNeverRanShouldNotCountWhileOthersOfItsScopeRun() {
        CircuitBreaker queued = CircuitBreaker.of("queued");
        CompletableFuture<String> held = bulkhead.callAsync(() -> new CompletableFuture<String>());
        CompletableFuture<Object> call = limits.timeout(TimeoutThread.WORKER).callAsync(() -> {
            CompletableFuture<String> waiting =
                    Pipeline.of(queued, bulkhead).callAsync(() -> CompletableFuture.completedFuture("never made"));
            CompletableFuture<String> made = breaker.callAsync(() -> new CompletableFuture<String>());
            return CompletableFuture.anyOf(waiting, made);
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThatThrownBy(call::join).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(queued.metrics().totalFailed()).isZero();
        assertThat(queued.metrics().totalCancelled()).isEqualTo(1);
        held.cancel(true);
    }

    @Test
    void twoThreadsOfOneScopeShouldBothBeSettledByTheLimit() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        CircuitBreaker patient = CircuitBreaker.of("p", c -> c.failureThreshold(10));
        CountDownLatch both = new CountDownLatch(2);
        Throwable thrown = limits.exceedWhen(
                () -> both.getCount() == 0,
                () -> timeout.run(() -> {
                    Runnable part = ContextPropagation.wrap(() -> patient.<RuntimeException>run(() -> {
                        both.countDown();
                        limits.hangDeaf();
                    }));
                    new Thread(part).start();
                    new Thread(part).start();
                    limits.hang();
                }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(patient.metrics().totalFailed()).isEqualTo(2);
        limits.release.countDown();
    }

    @Test
    void longScopeShouldNotKeepTheCallsMadeInIt() {
        List<java.lang.ref.WeakReference<Object>> results = new CopyOnWriteArrayList<>();
        limits.timeout(TimeoutThread.CALLER).run(() -> {
            for (int i = 0; i < 200_000; i++) {
                breaker.run(() -> {});
                CompletableFuture<Object> own = new CompletableFuture<>();
                CompletableFuture<Object> call = breaker.callAsync(() -> own);
                Object result = new byte[16];
                own.complete(result);
                if (i % 20_000 == 0) {
                    results.add(new java.lang.ref.WeakReference<>(call));
                }
            }
            assertThat(Deadline.current().countInFlight()).isLessThan(200);
        });
        await().atMost(LimitFixture.LONG).until(() -> {
            System.gc();
            return results.stream().allMatch(result -> result.get() == null);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scopeShouldNotKeepSyncCallsThatOtherThreadsMadeInIt(boolean hedged) throws InterruptedException {
        Guard guard =
                hedged ? Hedge.of("h", c -> c.delay(Duration.ofMinutes(1))) : limits.timeout(TimeoutThread.WORKER);
        List<java.lang.ref.WeakReference<Object>> results = new CopyOnWriteArrayList<>();
        limits.timeout(TimeoutThread.CALLER).run(() -> {
            List<Thread> threads = Stream.generate(() -> new Thread(ContextPropagation.wrap(
                            () -> results.add(new java.lang.ref.WeakReference<>(guard.call(() -> new byte[16]))))))
                    .limit(20)
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(results).hasSize(20);
            await().atMost(LimitFixture.LONG).until(() -> {
                System.gc();
                return results.stream().allMatch(result -> result.get() == null);
            });
        });
    }
}

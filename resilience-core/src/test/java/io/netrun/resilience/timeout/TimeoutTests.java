package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.micrometer.context.ContextRegistry;
import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@org.junit.jupiter.api.Timeout(60)
class TimeoutTests {

    private static final Duration SHORT = Duration.ofMillis(30);

    private final ManualTicker ticker = new ManualTicker();

    // ---- worker

    @Test
    void callWhenItEndsInTimeShouldReturnItsResult() {
        assertThat(worker(c -> {}).<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callWhenItThrowsShouldThrowTheSame() {
        IOException failure = new IOException();
        assertThat(catchThrowable(() -> worker(c -> {}).run(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
    }

    @Test
    void callShouldRunOnAnotherThreadByDefault() {
        Thread caller = Thread.currentThread();
        assertThat(timeout(c -> {}).<Thread, RuntimeException>call(Thread::currentThread))
                .isNotSameAs(caller);
    }

    @Test
    void callWhenItIgnoresInterruptsShouldReturnInTimeAllTheSame() {
        Timeout timeout = real(c -> c.duration(SHORT).thread(TimeoutThread.WORKER));
        CountDownLatch release = new CountDownLatch(1);
        assertThatThrownBy(() -> timeout.run(() -> awaitUninterruptibly(release)))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessage("Timeout 'real': Operation timed out (limit 30ms)");
        await().until(() -> timeout.metrics().abandoned() == 1);
        release.countDown();
        await().until(() -> timeout.metrics().abandoned() == 0);
        assertThat(timeout.metrics().totalTimedOut()).isEqualTo(1);
    }

    @Test
    void callWhenTooManyAreAbandonedShouldBeRejected() {
        Timeout timeout =
                real(c -> c.duration(SHORT).thread(TimeoutThread.WORKER).maxAbandoned(1));
        CountDownLatch release = new CountDownLatch(1);
        catchThrowable(() -> timeout.run(() -> awaitUninterruptibly(release)));
        await().until(() -> timeout.metrics().abandoned() == 1);
        assertThatThrownBy(() -> timeout.run(() -> {}))
                .isInstanceOf(AbandonedCallsException.class)
                .hasMessage(
                        "Timeout 'real' rejects calls: 1 earlier calls are still running after their timeout. Make the calls"
                                + " end when they are interrupted, or raise max-abandoned")
                .asInstanceOf(type(AbandonedCallsException.class))
                .returns(1, AbandonedCallsException::abandoned);
        assertThat(timeout.metrics().totalRejected()).isEqualTo(1);
        release.countDown();
        await().until(() -> timeout.metrics().abandoned() == 0);
        timeout.reconfigure(c -> c.toBuilder().duration(Duration.ofMinutes(1)).build());
        timeout.run(() -> {});
    }

    @Test
    void callWhenTimeoutFiresShouldInterruptTheWorker() {
        CountDownLatch interrupted = new CountDownLatch(1);
        assertThatThrownBy(() -> real(c -> c.duration(SHORT).thread(TimeoutThread.WORKER))
                        .run(() -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                                throw e;
                            }
                        }))
                .isInstanceOf(TimeoutExceededException.class);
        await().until(() -> interrupted.getCount() == 0);
    }

    @Test
    void callWhenInterruptIsOffShouldLeaveTheWorkerAlone() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        Timeout timeout = real(c ->
                c.duration(Duration.ofSeconds(1)).thread(TimeoutThread.WORKER).interrupt(false));
        catchThrowable(() -> timeout.run(() -> {
            awaitUninterruptibly(release);
            interrupted.set(Thread.currentThread().isInterrupted());
            ended.countDown();
        }));
        release.countDown();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).isFalse();
    }

    @Test
    void callWhenCallerIsInterruptedShouldEndAtOnceWithTheFlagSet() throws Exception {
        Timeout timeout = real(c -> c.duration(Duration.ofMinutes(5)).thread(TimeoutThread.WORKER));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch workerInterrupted = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            thrown.set(catchThrowable(() -> timeout.run(() -> {
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    workerInterrupted.countDown();
                }
            })));
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join(10_000);
        assertThat(thrown.get()).isInstanceOf(CallInterruptedException.class);
        assertThat(flag).isTrue();
        assertThat(workerInterrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void callGivenUpShouldBeAFailureFurtherIn(TimeoutThread thread) {
        CircuitBreaker inner = CircuitBreaker.of("inner");
        Pipeline pipeline = Pipeline.of(real(c -> c.duration(SHORT).thread(thread)), inner);
        catchThrowable(() -> pipeline.run(() -> new CountDownLatch(1).await()));
        await().until(() -> inner.metrics().totalFailed() == 1);
        assertThat(inner.metrics().totalCancelled()).isZero();
    }

    @Test
    void callWhoseCallerLeavesShouldBeCancelledFurtherIn() throws Exception {
        CircuitBreaker inner = CircuitBreaker.of("inner");
        Pipeline pipeline =
                Pipeline.of(real(c -> c.duration(Duration.ofMinutes(5)).thread(TimeoutThread.WORKER)), inner);
        CountDownLatch running = new CountDownLatch(1);
        Thread caller = new Thread(() -> catchThrowable(() -> pipeline.run(() -> {
            running.countDown();
            new CountDownLatch(1).await();
        })));
        caller.start();
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        await().until(() -> inner.metrics().totalCancelled() == 1);
        assertThat(inner.metrics().totalFailed()).isZero();
    }

    @Test
    void callWhenCommonPoolIsSaturatedShouldStillBeLimited() {
        CountDownLatch release = new CountDownLatch(1);
        int size = ForkJoinPool.commonPool().getParallelism() + 4;
        for (int i = 0; i < size; i++) {
            ForkJoinPool.commonPool().execute(() -> awaitUninterruptibly(release));
        }
        try {
            CompletableFuture<String> never = new CompletableFuture<>();
            CompletableFuture<String> call = real(c -> c.duration(SHORT)).callAsync(() -> never);
            assertThat(call)
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutExceededException.class);
            assertThatThrownBy(() -> real(c -> c.duration(SHORT)).run(() -> new CountDownLatch(1).await()))
                    .isInstanceOf(TimeoutExceededException.class);
        } finally {
            release.countDown();
        }
    }

    @Test
    void callOnWorkerShouldCarryTheRegisteredContext() {
        ThreadLocal<String> context = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("test", context);
        context.set("request 7");
        try {
            assertThat(worker(c -> {}).<String, RuntimeException>call(context::get))
                    .isEqualTo("request 7");
        } finally {
            context.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("test");
        }
    }

    @Test
    void onTimeoutShouldReportEachTimedOutCall() {
        AtomicReference<Duration> limit = new AtomicReference<>();
        Timeout timeout = real(c -> c.duration(SHORT));
        timeout.onTimeout(event -> limit.set(event.limit()));
        catchThrowable(() -> timeout.run(() -> new CountDownLatch(1).await()));
        assertThat(limit).hasValue(SHORT);
    }

    // ---- caller

    @Test
    void callOnCallerShouldStayOnTheThread() {
        Timeout timeout = real(c -> c.thread(TimeoutThread.CALLER));
        assertThat(timeout.<Thread, RuntimeException>call(Thread::currentThread))
                .isSameAs(Thread.currentThread());
    }

    @Test
    void callOnCallerWhenTimeoutFiresShouldLeaveNoFlag() {
        Timeout timeout = real(c -> c.duration(SHORT).thread(TimeoutThread.CALLER));
        Throwable thrown = catchThrowable(() -> timeout.run(() -> new CountDownLatch(1).await()));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(thrown.getSuppressed()).hasSize(1).hasOnlyElementsOfType(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void callOnCallerWhenItEndsInTimeShouldTakeTheTimerBack() {
        Timeout timeout = caller("test", 1);
        timeout.run(() -> assertThat(ticker.scheduledCount()).isEqualTo(1));
        assertThat(ticker.scheduledCount()).isZero();
        catchThrowable(() -> timeout.run(() -> {
            throw new IOException();
        }));
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callOnCallerWhenTimeoutFiresShouldNameTheDuration() {
        TimeoutExceededException exceeded = catchThrowableOfType(
                TimeoutExceededException.class,
                () -> caller("test", 1).run(() -> ticker.advance(Duration.ofSeconds(1))));
        assertThat(exceeded.limit()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void callOnCallerWhenSomeoneElseInterruptedShouldKeepTheFlag() {
        Timeout timeout = real(c -> c.thread(TimeoutThread.CALLER));
        timeout.run(() -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void callWhenAutoAndBoundToItsThreadShouldStayThere() {
        Timeout timeout = real(c -> c.requiresCallerThread(() -> true));
        assertThat(timeout.<Thread, RuntimeException>call(Thread::currentThread))
                .isSameAs(Thread.currentThread());
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "1, 2", "1, 1"})
    void callOnCallerWhenNestedTimeoutsFireShouldLeaveNoFlag(int outerSeconds, int innerSeconds) {
        Timeout outer = caller("outer", outerSeconds);
        Timeout inner = caller("inner", innerSeconds);
        assertThatThrownBy(() -> Pipeline.of(outer, inner).run(() -> {
                    ticker.advance(Duration.ofSeconds(2));
                    awaitInterrupts(2);
                }))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageStartingWith("Timeout 'outer'");
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void callWhenInnerTimeoutClearsItsInterruptShouldStayInterrupted(TimeoutThread thread) {
        Timeout outer = timeout(c -> c.duration(Duration.ofSeconds(2)).thread(thread));
        Timeout inner = caller("inner", 1);
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        catchThrowable(() -> outer.run(() -> {
            catchThrowable(() -> inner.run(() -> {
                ticker.advance(Duration.ofSeconds(1));
                awaitInterrupts(1);
                ticker.advance(Duration.ofSeconds(1));
                awaitInterrupts(2);
            }));
            interrupted.set(Thread.currentThread().isInterrupted());
        }));
        await().untilAtomic(interrupted, is(true));
        assertThat(Thread.interrupted()).isFalse();
    }

    /** Until the limits that were exceeded have interrupted the calling thread. */
    private static void awaitInterrupts(int count) {
        while (TimeoutInterrupts.ofCurrentThread() < count) {
            Thread.onSpinWait();
        }
    }

    // ---- asynchronous calls

    @Test
    void callAsyncWhenTimeoutFiresShouldFailAndCancelTheInnerFuture() {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = timeout(c -> c.message("Too slow")).callAsync(() -> own);
        ticker.advance(Duration.ofSeconds(5));
        assertThat(call)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutExceededException.class)
                .withMessageContaining("Timeout 'test': Too slow (limit 5s)");
        await().until(own::isCancelled);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenItEndsInTimeShouldTakeTheTimerBack() {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = timeout(c -> {}).callAsync(() -> own);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        own.complete("ok");
        assertThat(call.join()).isEqualTo("ok");
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenCallsFailShouldLeaveNoTimers() {
        Timeout timeout = timeout(c -> {});
        for (int i = 0; i < 100; i++) {
            CompletableFuture<String> own = new CompletableFuture<>();
            CompletableFuture<String> call = timeout.callAsync(() -> own);
            own.completeExceptionally(new IOException());
            assertThat(call).isCompletedExceptionally();
        }
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenCancelledShouldCancelTheCallAndTheTimer() {
        CompletableFuture<String> own = new CompletableFuture<>();
        timeout(c -> {}).callAsync(() -> own).cancel(true);
        assertThat(own).isCancelled();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenCancelledShouldCancelTheTimer() {
        CompletableFuture<String> stubborn = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        timeout(c -> {}).callAsync(() -> stubborn).cancel(true);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenAlreadyDoneShouldNeedNoTimer() {
        CompletableFuture<String> done = CompletableFuture.completedFuture("ok");
        assertThat(timeout(c -> {}).callAsync(() -> done)).isSameAs(done);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callAsyncWhenNestedShouldLetTheShorterWinAndNameIt() {
        Timeout outer = Timeout.of(
                "outer", TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build(), ticker);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = Pipeline.of(outer, timeout(c -> {})).callAsync(() -> own);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(call)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withMessageContaining("Timeout 'outer'");
        await().until(own::isCancelled);
    }

    @Test
    void callAsyncShouldBeginItsTimeWhenTheBodyHasGivenItsFuture() {
        CompletableFuture<String> call = timeout(c -> c.duration(Duration.ofSeconds(2)))
                .callAsync(() -> {
                    ticker.advance(Duration.ofSeconds(5));
                    return new CompletableFuture<>();
                });

        ticker.advance(Duration.ofMillis(1_999));
        assertThat(call).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(call).failsWithin(Duration.ofSeconds(5));
    }

    @Test
    void callAsyncWhenTheFutureIsDoneShouldReadNoClock() {
        Ticker unreadable = (Ticker) Proxy.newProxyInstance(
                Ticker.class.getClassLoader(), new Class<?>[] {Ticker.class}, (proxy, method, arguments) -> {
                    throw new AssertionError(method);
                });
        CompletableFuture<String> ended = CompletableFuture.completedFuture("ok");

        assertThat(of("test", c -> {}, unreadable).callAsync(() -> ended)).isSameAs(ended);
    }

    // ---- fixtures

    private Timeout worker(Consumer<TimeoutConfig.Builder> settings) {
        return timeout(settings.andThen(c -> c.thread(TimeoutThread.WORKER)));
    }

    private Timeout timeout(Consumer<TimeoutConfig.Builder> settings) {
        return of("test", settings, ticker);
    }

    private Timeout caller(String name, int seconds) {
        return of(name, c -> c.duration(Duration.ofSeconds(seconds)).thread(TimeoutThread.CALLER), ticker);
    }

    private static Timeout real(Consumer<TimeoutConfig.Builder> settings) {
        return of("real", settings, Ticker.system());
    }

    private static Timeout of(String name, Consumer<TimeoutConfig.Builder> settings, Ticker ticker) {
        TimeoutConfig.Builder builder = TimeoutConfig.builder();
        settings.accept(builder);
        return Timeout.of(name, builder.build(), ticker);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

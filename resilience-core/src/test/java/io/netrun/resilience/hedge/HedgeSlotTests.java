package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackHandler;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Sinks;

/** When the slots of attempts are released, and that each is released once. */
@Timeout(60)
class HedgeSlotTests {

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final ManualTicker ticker = hedged.ticker;
    private final List<CompletableFuture<String>> attempts = hedged.attempts;

    /** Tasks that an executor has kept. */
    private final List<Runnable> kept = new CopyOnWriteArrayList<>();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @AfterEach
    void endThreads() throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join(20_000);
        }
    }

    /** Its call has not ended by then, since its future is not there before the source's request has returned. */
    @Test
    void streamThatIsLeftWithinItsRequestShouldReleaseNoSlotTwice() {
        Hedge hedge = Hedge.of("h");
        BaseSubscriber<String> subscriber = new BaseSubscriber<>() {};
        Publisher<String> emitsAllTheSame = target -> target.onSubscribe(new Subscription() {

            @Override
            public void request(long n) {
                subscriber.cancel();
                target.onNext("late");
                target.onComplete();
            }

            @Override
            public void cancel() {
                // it is deaf
            }
        });
        ReactorGuard.of(hedge).flux(emitsAllTheSame).subscribe(subscriber);
        assertThat(hedge.metrics().active()).isZero();
    }

    // ---- asynchronous calls

    @ParameterizedTest
    @CsvSource({"2, 0", "2, 1", "3, 0", "3, 1", "3, 2"})
    void slotsShouldBeFreeBeforeTheResultIsPublished(int number, int winner) {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(number).maxActive(number - 1));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        CompletableFuture<Integer> seen =
                call.thenApply(result -> hedge.metrics().active());
        begin(number);
        attempts.get(winner).complete("won");
        assertThat(seen).isCompletedWithValue(0);
        assertThat(hedge.metrics().active()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void slotsShouldBeFreeBeforeTheResultAfterAFailure(int failed) {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        CompletableFuture<Integer> seen =
                call.thenApply(result -> hedge.metrics().active());
        begin(3);
        attempts.get(failed).completeExceptionally(new IOException());
        assertThat(hedge.metrics().active()).isEqualTo(1);
        attempts.get((failed + 1) % 3).complete("won");
        assertThat(seen).isCompletedWithValue(0);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void slotsShouldBeFreeBeforeTheLastFailureIsPublished() {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        CompletableFuture<Integer> seen =
                call.handle((result, failure) -> hedge.metrics().active());
        begin(3);
        attempts.forEach(each -> each.completeExceptionally(new IOException()));
        assertThat(seen).isCompletedWithValue(0);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void loserThatCannotBeCancelledShouldHoldItsSlotUntilItsEnd() {
        Hedge hedge = hedged.hedge(c -> c.maxActive(1));
        CompletableFuture<String> call = hedge.callAsync(() -> {
            CompletableFuture<String> deaf = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    return false;
                }
            };
            attempts.add(deaf);
            return deaf;
        });
        begin(2);
        attempts.get(0).complete("won");
        assertThat(call).isCompletedWithValue("won");
        assertThat(hedge.metrics().active()).isEqualTo(1);
        attempts.get(1).complete("late");
        assertThat(hedge.metrics().active()).isZero();
    }

    /** The call ends while listeners of the event run, so the attempt that they were shown is never made. */
    @Test
    void attemptThatIsAnnouncedWhenTheCallEndsShouldHoldNoSlot() {
        Hedge hedge = hedged.hedge(c -> c.maxActive(1));
        AtomicReference<CompletableFuture<Integer>> seen = new AtomicReference<>();
        CountDownLatch announced = new CountDownLatch(1);
        hedge.onHedged(event -> {
            attempts.get(0).complete("won");
            announced.countDown();
        });
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        seen.set(call.thenApply(result -> hedge.metrics().active()));
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> announced.getCount() == 0);
        assertThat(seen.get()).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(0);
        await().until(() -> hedge.metrics().active() == 0);
        assertThat(attempts).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void slotsShouldBeFreeWhenAMonoEmits(int winner) {
        Hedge hedge = hedged.hedge(c -> c.maxActive(1));
        List<Sinks.One<String>> sinks = new CopyOnWriteArrayList<>();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        ReactorGuard.of(hedge)
                .mono(() -> {
                    Sinks.One<String> sink = Sinks.one();
                    sinks.add(sink);
                    return sink.asMono();
                })
                .subscribe(value -> seen.add(hedge.metrics().active()));
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> sinks.size() == 2);
        sinks.get(winner).tryEmitValue("won");
        assertThat(seen).containsExactly(0);
        assertThat(hedge.metrics().active()).isZero();
    }

    // ---- sync calls

    @Test
    void taskThatIsNeverRunShouldHoldNoSlotAfterTheCall() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        Hedge hedge = hedged.hedge(c -> c.maxActive(1).executor(task -> {
            if (tasks.incrementAndGet() == 1) {
                run(task);
            }
        }));
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> caller = call(hedge, () -> {
            waitFor(end);
            return "first";
        });
        beginOnExecutor(tasks, 2);
        assertThat(hedge.metrics().active()).isEqualTo(1);
        end.countDown();
        assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("first, 0 active");
    }

    @Test
    void firstTaskThatIsNeverRunShouldHoldNoSlotAfterTheCall() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        Hedge hedge = hedged.hedge(c -> c.maxActive(1).executor(task -> {
            if (tasks.incrementAndGet() == 1) {
                kept.add(task);
            } else {
                run(task);
            }
        }));
        AtomicInteger bodies = new AtomicInteger();
        CompletableFuture<String> caller = call(hedge, () -> "made " + bodies.incrementAndGet());
        beginOnExecutor(tasks, 2);
        assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("made 1, 0 active");
        kept.forEach(Runnable::run);
        assertThat(bodies).hasValue(1);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void taskThatIsRunTwiceShouldMakeItsAttemptOnce() throws Exception {
        Hedge hedge = hedged.hedge(c -> c.executor(task -> {
            run(task);
            run(task);
        }));
        AtomicInteger bodies = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> caller = call(hedge, () -> {
            int number = bodies.incrementAndGet();
            waitFor(end);
            return "made " + number;
        });
        await().until(() -> bodies.get() == 1 && ticker.scheduledCount() == 1);
        end.countDown();
        assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("made 1, 0 active");
        endThreads();
        assertThat(hedge.metrics().active()).isZero();
        assertThat(bodies).hasValue(1);
    }

    @Test
    void executorThatThrowsAfterTakingTheTaskShouldNotEndTheAttempt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Hedge hedge = hedged.hedge(c -> c.executor(task -> {
            run(task);
            waitFor(begun);
            throw new IllegalStateException("after");
        }));
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> caller = call(hedge, () -> {
            begun.countDown();
            waitFor(end);
            return "made";
        });
        await().until(() -> ticker.scheduledCount() == 1);
        end.countDown();
        assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("made, 0 active");
        endThreads();
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void executorThatRejectsShouldEndTheCallWithThat() {
        Hedge hedge = hedged.hedge(c -> c.executor(task -> {
            throw new IllegalStateException("full");
        }));
        assertThatThrownBy(() -> hedge.call(() -> "never")).hasMessage("full");
        assertThat(hedge.metrics().active()).isZero();
    }

    /** The second attempt is on its worker, but has not come to its body when the first has won. */
    @Test
    void bodyShouldNotBeginAfterTheCallHasEnded() throws Exception {
        Hedge hedge = hedged.hedge(c -> c.maxActive(1));
        HeldLayer held = new HeldLayer();
        Layer layer = hedge.around(held);
        AtomicInteger bodies = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> caller = outcome(
                hedge,
                () -> layer.<String, RuntimeException>call(
                        () -> {
                            bodies.incrementAndGet();
                            waitFor(end);
                            return "first";
                        },
                        Deadline.NONE));
        await().until(() -> bodies.get() == 1 && ticker.scheduledCount() == 1);
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> held.calls.get() == 2);
        end.countDown();
        assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("first, 0 active");
        held.released = true;
        await().until(() -> held.secondEnded);
        assertThat(bodies).hasValue(1);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void fallbackWithinShouldBeShownTheCallersBody() {
        AtomicReference<Object> shown = new AtomicReference<>();
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handler(new FallbackHandler(RuntimeException.class, (failure, call) -> {
                    shown.set(call);
                    return "instead";
                })));
        CheckedSupplier<String, RuntimeException> body = () -> {
            throw new IllegalStateException();
        };
        assertThat(Pipeline.of(hedged.hedge(c -> {}), fallback).call(body)).isEqualTo("instead");
        assertThat(shown.get()).isSameAs(body);
    }

    @Test
    void callWhenItsThreadCannotBeAskedForShouldStayOnIt() {
        Hedge hedge = hedged.hedge(c -> c.requiresCallerThread(() -> {
            throw new IllegalStateException("cannot say");
        }));
        assertThat(hedge.<Thread, RuntimeException>call(Thread::currentThread)).isSameAs(Thread.currentThread());
    }

    private void begin(int number) {
        for (int next = 2; next <= number; next++) {
            int expected = next;
            await().until(() -> ticker.scheduledCount() == 1);
            ticker.advance(HedgedAttempts.DELAY);
            await().until(() -> attempts.size() == expected);
        }
    }

    private void beginOnExecutor(AtomicInteger tasks, int expected) {
        await().until(() -> ticker.scheduledCount() == 1);
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> tasks.get() == expected);
    }

    private CompletableFuture<String> call(Hedge hedge, Supplier<String> body) {
        return outcome(hedge, () -> hedge.<String, RuntimeException>call(body::get));
    }

    /** Makes a call on a thread of its own; what the caller gets, with the slots that it finds taken then. */
    private CompletableFuture<String> outcome(Hedge hedge, Supplier<String> call) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        run(() -> {
            try {
                outcome.complete(call.get() + ", " + hedge.metrics().active() + " active");
            } catch (Throwable thrown) {
                outcome.completeExceptionally(thrown);
            }
        });
        return outcome;
    }

    /** Keeps the second call from its body, whatever interrupts it. */
    private static final class HeldLayer implements Layer {

        private final AtomicInteger calls = new AtomicInteger();
        private volatile boolean released;
        private volatile boolean secondEnded;

        @Override
        public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
                throws X {
            if (calls.incrementAndGet() == 1) {
                return Layer.DIRECT.call(body, deadline);
            }
            while (!released) {
                Thread.onSpinWait();
            }
            try {
                return Layer.DIRECT.call(body, deadline);
            } finally {
                secondEnded = true;
            }
        }

        @Override
        public <T extends @Nullable Object> CompletableFuture<T> callAsync(
                CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
            return Layer.DIRECT.callAsync(body, deadline);
        }
    }

    private void run(Runnable task) {
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not in time");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

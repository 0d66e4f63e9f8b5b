package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Sync calls on an executor of the user's, and results that come too late. */
@org.junit.jupiter.api.Timeout(60)
class ChosenExecutorTests {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger threads = new AtomicInteger();
    private final ExecutorService pool =
            Executors.newCachedThreadPool(task -> new Thread(task, "mine-" + threads.incrementAndGet()));
    private final List<Object> late = new CopyOnWriteArrayList<>();

    @AfterEach
    void endThePool() {
        pool.shutdownNow();
    }

    private Timeout timeout(Executor executor) {
        return Timeout.of(
                "t", TimeoutConfig.builder().duration(LIMIT).executor(executor).build(), ticker);
    }

    private Hedge hedge(Executor executor) {
        return Hedge.of(
                "h", HedgeConfig.builder().delay(LIMIT).executor(executor).build(), ticker);
    }

    @Test
    void callShouldRunOnTheChosenThreads() {
        assertThat(timeout(pool).call(() -> Thread.currentThread().getName())).startsWith("mine-");
        assertThat(hedge(pool).call(() -> Thread.currentThread().getName())).startsWith("mine-");
    }

    @Test
    void furtherAttemptShouldRunOnTheChosenThreadsToo() throws Exception {
        Hedge hedge = hedge(pool);
        CountDownLatch begun = new CountDownLatch(1);
        List<String> names = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> hedge.call(() -> {
            names.add(Thread.currentThread().getName());
            if (names.size() == 1) {
                begun.countDown();
                sleepUntilInterrupted();
            }
            return "second";
        }));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        await().until(() -> ticker.scheduledCount() == 1);
        ticker.advance(LIMIT);
        assertThat(call.join()).isEqualTo("second");
        assertThat(names).hasSize(2).allSatisfy(name -> assertThat(name).startsWith("mine-"));
    }

    private static void sleepUntilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void executorThatRejectsShouldFailTheCall() {
        Executor rejecting = task -> {
            throw new RejectedExecutionException("full");
        };
        AtomicInteger made = new AtomicInteger();
        assertThatThrownBy(() -> timeout(rejecting).call(made::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> hedge(rejecting).call(made::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        assertThat(made).hasValue(0);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void taskThatWasRejectedAndKeptShouldNotMakeTheCall() {
        List<Runnable> kept = new ArrayList<>();
        AtomicInteger made = new AtomicInteger();
        assertThatThrownBy(() -> timeout(task -> {
                            kept.add(task);
                            throw new RejectedExecutionException("full");
                        })
                        .call(made::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        kept.forEach(Runnable::run);
        assertThat(made).hasValue(0);
    }

    @Test
    void executorThatRunsOnTheCallersThreadShouldGiveTheResult() {
        assertThat(timeout(Runnable::run).call(() -> "made")).isEqualTo("made");
        assertThat(hedge(Runnable::run).call(() -> "made")).isEqualTo("made");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(classes = {Timeout.class, Hedge.class})
    void executorThatRunsOnTheCallersThreadShouldBeReportedOnce(Class<?> policy) {
        Logger logger = (Logger) LoggerFactory.getLogger(policy);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.addAppender(logged);
        try {
            Guard direct = policy == Timeout.class ? timeout(Runnable::run) : hedge(Runnable::run);
            direct.run(() -> {});
            direct.run(() -> {});
            assertThat(logged.list)
                    .singleElement()
                    .satisfies(event -> assertThat(event.getFormattedMessage())
                            .startsWith(policy.getSimpleName() + " '")
                            .contains("Use an executor that rejects what it cannot run"));
            Guard pooled = policy == Timeout.class ? timeout(elsewhere()) : hedge(elsewhere());
            pooled.run(() -> {});
            assertThat(logged.list).hasSize(1);
        } finally {
            logger.detachAppender(logged);
        }
    }

    private static Executor elsewhere() {
        return task -> new Thread(task).start();
    }

    @Test
    void executorThatDropsTasksShouldNotOutlastTheLimit() {
        Timeout timeout = timeout(task -> {});
        CompletableFuture<Throwable> thrown =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> timeout.call(() -> "never made")));
        await().until(() -> ticker.scheduledCount() == 1);
        ticker.advance(LIMIT);
        assertThat(thrown.join()).isInstanceOf(TimeoutExceededException.class);
        assertThat(timeout.metrics().abandoned()).isZero();
    }

    @Test
    void taskThatIsRunAfterTheLimitShouldNotMakeTheCall() {
        List<Runnable> queue = new CopyOnWriteArrayList<>();
        AtomicInteger made = new AtomicInteger();
        Timeout timeout = timeout(queue::add);
        CompletableFuture<Throwable> thrown =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> timeout.call(made::incrementAndGet)));
        await().until(() -> ticker.scheduledCount() == 1);
        ticker.advance(LIMIT);
        assertThat(thrown.join()).isInstanceOf(TimeoutExceededException.class);
        queue.forEach(Runnable::run);
        assertThat(made).hasValue(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** As one does that blocks its callers while its queue is full, and then uses a thread of its own, or theirs. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callShouldNotBeginAfterAnExecutorHasHeldUpItsCaller(boolean onTheCallersThread) {
        AtomicInteger made = new AtomicInteger();
        Timeout timeout = timeout(task -> {
            ticker.advance(LIMIT);
            if (onTheCallersThread) {
                task.run();
            } else {
                CompletableFuture.runAsync(task, pool).join();
            }
        });
        assertThatThrownBy(() -> timeout.call(made::incrementAndGet)).isInstanceOf(TimeoutExceededException.class);
        assertThat(made).hasValue(0);
        assertThat(timeout.metrics().totalTimedOut()).isEqualTo(1);
        assertThat(timeout.metrics().abandoned()).isZero();
    }

    // ---- results that come too late

    @Test
    void resultAfterTheLimitShouldReachTheHooks() {
        Timeout timeout = Timeout.of(
                "t", TimeoutConfig.builder().duration(LIMIT).interrupt(false).build(), ticker);
        timeout.onLateResult(result -> {
            throw new IllegalStateException("hook");
        });
        timeout.onLateResult(late::add);
        Subscription left = timeout.onLateResult(result -> late.add("left"));
        left.close();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Throwable> thrown =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> timeout.call(() -> {
                    begun.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                    return "late";
                })));
        await().until(() -> begun.getCount() == 0);
        ticker.advance(LIMIT);
        assertThat(thrown.join()).isInstanceOf(TimeoutExceededException.class);
        assertThat(late).isEmpty();
        goOn.countDown();
        await().untilAsserted(() -> assertThat(late).containsExactly("late"));
    }

    @Test
    void resultInTimeShouldReachNoHook() {
        Timeout timeout = timeout(pool);
        Hedge hedge = hedge(pool);
        timeout.onLateResult(late::add);
        hedge.onLateResult(late::add);
        assertThat(timeout.call(() -> "in time")).isEqualTo("in time");
        assertThat(hedge.call(() -> "the only one")).isEqualTo("the only one");
        assertThat(hedge.callAsync(() -> CompletableFuture.completedFuture("the only one")))
                .isCompletedWithValue("the only one");
        assertThat(late).isEmpty();
    }

    @Test
    void resultOfALoserShouldReachTheHooks() {
        Hedge hedge = hedge(pool);
        hedge.onLateResult(late::add);
        List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = hedge.callAsync(() -> {
            // A stage that cannot be cancelled, so that its result comes all the same.
            CompletableFuture<String> own = new CompletableFuture<>();
            attempts.add(own);
            return own.minimalCompletionStage();
        });
        ticker.advance(LIMIT);
        await().until(() -> attempts.size() == 2);
        attempts.get(1).complete("of the second");
        assertThat(call.join()).isEqualTo("of the second");
        attempts.get(0).complete("of the first");
        await().untilAsserted(() -> assertThat(late).containsExactly("of the first"));
    }

    @Test
    void asyncResultAfterTheLimitShouldReachTheHooks() {
        Timeout timeout = timeout(pool);
        timeout.onLateResult(late::add);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = timeout.callAsync(own::minimalCompletionStage);
        ticker.advance(LIMIT);
        assertThatThrownBy(call::join).hasCauseInstanceOf(TimeoutExceededException.class);
        own.complete("late");
        await().untilAsserted(() -> assertThat(late).containsExactly("late"));
    }

    @Test
    void losersResultOnAWorkerShouldReachTheHooks() {
        Hedge hedge = hedge(pool);
        hedge.onLateResult(late::add);
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> hedge.call(() -> {
            if (attempts.incrementAndGet() == 1) {
                awaitUninterruptibly(goOn);
                return "of the first";
            }
            return "of the second";
        }));
        await().until(() -> attempts.get() == 1 && ticker.scheduledCount() == 1);
        ticker.advance(LIMIT);
        assertThat(call.join()).isEqualTo("of the second");
        goOn.countDown();
        await().untilAsserted(() -> assertThat(late).containsExactly("of the first"));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ignored) {
                // goes on all the same
            }
        }
    }
}

package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Code that makes each call within the scope of the one before, which has ended or is about to. */
@org.junit.jupiter.api.Timeout(60)
class EndedScopeTests {

    private static final int ROUNDS = 40;

    private final LimitFixture limits = new LimitFixture();
    private final Timeout timeout = limits.timeout(TimeoutThread.CALLER);
    private final CircuitBreaker breaker = CircuitBreaker.of("c");
    private final Hedge hedge = Hedge.of("h", c -> c.delay(Duration.ofMinutes(1)));
    private final List<Integer> depths = new ArrayList<>();
    private Runnable next = () -> {};

    private enum Way {
        SYNC {
            @Override
            void call(Pipeline guard, Runnable body) {
                guard.run(body::run);
            }
        },
        ASYNC {
            @Override
            void call(Pipeline guard, Runnable body) {
                guard.callAsync(() -> {
                    body.run();
                    return CompletableFuture.completedFuture("ok");
                });
            }
        },
        MONO {
            @Override
            void call(Pipeline guard, Runnable body) {
                ReactorGuard.of(guard).mono(() -> Mono.fromRunnable(body)).block();
            }
        };

        abstract void call(Pipeline guard, Runnable body);
    }

    private Pipeline guard() {
        return Pipeline.of(limits.timeout(TimeoutThread.AUTO), limits.retry(c -> c), hedge, breaker, bulkhead());
    }

    private static Bulkhead bulkhead() {
        return Bulkhead.of("b", c -> c.maxConcurrent(10));
    }

    @ParameterizedTest
    @EnumSource
    void nextCallAfterTheEndShouldNotKeepTheFormerOnes(Way way) {
        Deque<Runnable> tasks = new ArrayDeque<>();
        Pipeline guard = Pipeline.of(timeout, limits.retry(c -> c), breaker);
        addRound(way, guard, tasks);
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
            next.run();
        }
        assertThat(depths).hasSize(ROUNDS);
        assertThat(depths.get(ROUNDS - 1)).isEqualTo(depths.get(0));
    }

    private void addRound(Way way, Pipeline guard, Deque<Runnable> tasks) {
        tasks.add(ContextPropagation.wrap(() -> way.call(guard, () -> {
            if (isMore()) {
                addRound(way, guard, tasks);
            }
        })));
    }

    /** Each round begins while the former one is running, which ends before the next one begins. */
    @ParameterizedTest
    @EnumSource
    void nextCallBeforeTheEndShouldNotKeepTheFormerOnes(Way way) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        new Round(way, guard(), null, end).start();
        assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        assertThat(depths).hasSize(ROUNDS);
        assertThat(depths.get(ROUNDS - 1)).isEqualTo(depths.get(2));
    }

    private final class Round implements Runnable {

        private final Way way;
        private final Pipeline guard;
        private final @Nullable Thread former;
        private final CountDownLatch end;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final Thread thread = new Thread(ContextPropagation.wrap(this));

        Round(Way way, Pipeline guard, @Nullable Thread former, CountDownLatch end) {
            this.way = way;
            this.guard = guard;
            this.former = former;
            this.end = end;
        }

        void start() {
            thread.start();
        }

        @Override
        public void run() {
            way.call(guard, this::begin);
        }

        private void begin() {
            begun.countDown();
            awaitFormer();
            if (isMore()) {
                Round next = new Round(way, guard, thread, end);
                next.start();
                LimitFixture.awaitUninterruptibly(next.begun);
            } else {
                end.countDown();
            }
        }

        private void awaitFormer() {
            try {
                if (former != null) {
                    former.join();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private boolean isMore() {
        depths.add(Objects.requireNonNull(Deadline.ofThread()).chain().size());
        return depths.size() < ROUNDS;
    }

    @Test
    void nextCallAfterTheFormerWasLeftShouldNotKeepIt() {
        next = this::leaveRound;
        CompletableFuture<String> around = limits.timeout(TimeoutThread.AUTO).callAsync(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                next.run();
            }
            return new CompletableFuture<>();
        });
        assertThat(depths).hasSize(ROUNDS);
        assertThat(depths.get(ROUNDS - 1)).isEqualTo(depths.get(1));
        around.cancel(true);
    }

    private void leaveRound() {
        CompletableFuture<String> call = breaker.callAsync(() -> {
            isMore();
            next = ContextPropagation.wrap(this::leaveRound);
            return new CompletableFuture<>();
        });
        call.cancel(true);
    }

    @Test
    void manyScopesShouldFillNoStack() {
        Deadline scope = Deadline.NONE.within(limits.ticker, 1_000);
        Deadline outermost = scope;
        for (int i = 0; i < 200_000; i++) {
            scope = scope.child();
        }
        assertThat(scope.isOver()).isFalse();
        assertThat(scope.remainingNanos()).isEqualTo(1_000);
        outermost.tryExceed("Timeout 't'");
        assertThat(scope.isOver()).isTrue();
        assertThat(scope.isExceeded()).isTrue();
        assertThat(scope.exceededLimit()).isEqualTo("Timeout 't'");
        assertThat(scope.nearestWanted()).isSameAs(Deadline.NONE);
    }

    @Test
    void scopeThatHasEndedShouldStillLetItsOuterOneEndWhatGoesOn() {
        Deadline outer = Deadline.NONE.within(limits.ticker, 100);
        Deadline ended = outer.child();
        Deadline inner = ended.child();
        ended.end();
        assertThat(inner.nearestWanted()).isSameAs(inner);
        assertThat(inner.chain()).containsExactly(inner, outer);
        assertThat(ended.nearestWanted()).isSameAs(outer);
        outer.tryStop();
        assertThat(inner.isOver()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callsWithinAStreamShouldNotChangeItsOwner(boolean hedgeOutside) {
        Retry retry = limits.retry(c -> c);
        Pipeline guard = hedgeOutside
                ? Pipeline.of(breaker, hedge, limits.timeout(TimeoutThread.AUTO), retry)
                : Pipeline.of(limits.timeout(TimeoutThread.AUTO), breaker, retry, hedge);
        Pipeline nested = Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead());
        Flux<Integer> stream = ReactorGuard.of(guard)
                .flux(() ->
                        Flux.range(0, 5).concatMap(i -> ReactorGuard.of(nested).mono(() -> Mono.just(i))));
        assertThat(stream.collectList().block()).containsExactly(0, 1, 2, 3, 4);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(hedge.metrics().active()).isZero();
    }
}

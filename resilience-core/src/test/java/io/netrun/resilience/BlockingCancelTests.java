package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** A {@code cancel} of protected code that does not return keeps nothing else from happening. */
@org.junit.jupiter.api.Timeout(60)
class BlockingCancelTests {

    private static final int ATTEMPTS = 3;
    private static final Duration DELAY = Duration.ofSeconds(1);

    private enum Kind {
        ASYNC,
        MONO,
        FLUX
    }

    private final LimitFixture limits = new LimitFixture();
    private final Timeout timeout = limits.timeout(TimeoutThread.AUTO);
    private final Bulkhead bulkhead = Bulkhead.of("b");
    private final AtomicInteger begun = new AtomicInteger();
    private final Set<Integer> cancelled = ConcurrentHashMap.newKeySet();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void release() {
        release.countDown();
    }

    /** A source whose cancel blocks if it has the given number. */
    private CompletableFuture<String> source(int deaf) {
        int number = begun.incrementAndGet();
        return new CompletableFuture<>() {

            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                onCancel(number, deaf);
                return super.cancel(mayInterruptIfRunning);
            }
        };
    }

    private void onCancel(int number, int deaf) {
        cancelled.add(number);
        if (number == deaf) {
            try {
                release.await();
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Mono<String> mono(int deaf) {
        return Mono.defer(() -> {
            int number = begun.incrementAndGet();
            return Mono.<String>never().doOnCancel(() -> onCancel(number, deaf));
        });
    }

    private CompletableFuture<String> start(Kind kind, Guard guard, int deaf) {
        return switch (kind) {
            case ASYNC -> guard.callAsync(() -> source(deaf));
            case MONO -> ReactorGuard.of(guard).mono(mono(deaf)).toFuture();
            case FLUX -> ReactorGuard.of(guard).flux(mono(deaf).flux()).next().toFuture();
        };
    }

    // ---- attempts of a hedge

    private Hedge hedge() {
        return Hedge.of(
                "h", HedgeConfig.builder().delay(DELAY).maxAttempts(ATTEMPTS).build(), limits.ticker);
    }

    private void awaitAttempts() {
        for (int attempts = 1; attempts < ATTEMPTS; attempts++) {
            int present = attempts;
            await().until(() -> begun.get() == present && limits.ticker.scheduledCount() > 1);
            limits.ticker.advance(DELAY);
        }
        await().until(() -> begun.get() == ATTEMPTS);
    }

    @ParameterizedTest
    @CsvSource({"ASYNC, 1", "ASYNC, 2", "ASYNC, 3", "MONO, 1", "MONO, 2", "MONO, 3", "FLUX, 1", "FLUX, 3"})
    void limitShouldCancelTheOtherAttempts(Kind kind, int deaf) {
        Hedge hedge = hedge();
        CompletableFuture<String> call = start(kind, Pipeline.of(timeout, hedge, bulkhead), deaf);
        awaitAttempts();
        limits.ticker.advance(LimitFixture.LIMIT);
        await().until(call::isDone);
        await().untilAsserted(() -> assertThat(cancelled).containsExactlyInAnyOrder(1, 2, 3));
        await().untilAsserted(() -> assertThat(hedge.metrics().active()).isEqualTo(1));
        assertThat(bulkhead.metrics().asyncActive()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"ASYNC, 1", "ASYNC, 2", "ASYNC, 3", "MONO, 1", "MONO, 2"})
    void callerThatLeavesShouldCancelTheOtherAttempts(Kind kind, int deaf) {
        Hedge hedge = hedge();
        CompletableFuture<String> call = start(kind, Pipeline.of(timeout, hedge, bulkhead), deaf);
        awaitAttempts();
        new Thread(() -> call.cancel(true)).start();
        await().untilAsserted(() -> assertThat(cancelled).containsExactlyInAnyOrder(1, 2, 3));
        await().until(call::isDone);
        await().untilAsserted(() -> assertThat(hedge.metrics().active()).isEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void winnerShouldCancelTheOtherAttempts(int deaf) {
        Hedge hedge = hedge();
        List<CompletableFuture<String>> sources = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = Pipeline.of(hedge, bulkhead).callAsync(() -> {
            sources.add(source(deaf));
            return sources.get(sources.size() - 1);
        });
        for (int attempts = 1; attempts < ATTEMPTS; attempts++) {
            int present = attempts;
            await().until(() -> sources.size() == present && limits.ticker.scheduledCount() > 0);
            limits.ticker.advance(DELAY);
        }
        await().until(() -> sources.size() == ATTEMPTS);
        new Thread(() -> sources.get(2).complete("won")).start();
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("won");
        await().untilAsserted(() -> assertThat(cancelled).containsExactlyInAnyOrder(1, 2));
        await().untilAsserted(() -> assertThat(hedge.metrics().active()).isEqualTo(1));
    }

    // ---- the event of a limit

    @ParameterizedTest
    @EnumSource(Kind.class)
    void limitShouldBeAnnouncedBeforeTheFutureEnds(Kind kind) throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        timeout.on(TimeoutEvent.TimedOut.class, event -> order.add("timed out"));
        CompletableFuture<Void> ended = start(kind, timeout, 1)
                .handle((value, failure) -> order.add("ended"))
                .thenAccept(added -> {});
        await().until(() -> begun.get() == 1);
        limits.ticker.advance(LimitFixture.LIMIT);
        ended.get(20, TimeUnit.SECONDS);
        assertThat(order).containsExactly("timed out", "ended");
    }

    @Test
    void limitShouldBeAnnouncedOnce() {
        AtomicInteger announced = new AtomicInteger();
        timeout.on(TimeoutEvent.TimedOut.class, event -> announced.incrementAndGet());
        CompletableFuture<String> call = Pipeline.of(timeout, bulkhead).callAsync(() -> source(1));
        limits.ticker.advance(LimitFixture.LIMIT);
        await().until(call::isDone);
        release.countDown();
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
        assertThat(announced).hasValue(1);
    }

    @Test
    void listenerThatBlocksAsWellShouldNotKeepTheFutureFromEnding() {
        timeout.on(TimeoutEvent.TimedOut.class, event -> {
            try {
                release.await();
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
        });
        CompletableFuture<String> call = timeout.callAsync(() -> source(1));
        limits.ticker.advance(LimitFixture.LIMIT);
        await().until(call::isDone);
        assertThat(release.getCount()).isEqualTo(1);
    }
}

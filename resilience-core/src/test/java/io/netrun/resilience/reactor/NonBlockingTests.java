package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Schedulers;

/** Every policy on threads that must not block, watched by BlockHound. */
@org.junit.jupiter.api.Timeout(60)
class NonBlockingTests {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int CALLS = 200;

    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(2).maxQueue(2 * CALLS));
    private final Pipeline pipeline = Pipeline.of(
            Timeout.of("t", c -> c.duration(LONG)),
            bulkhead,
            RateLimiter.of("l", c -> c.limit(10_000).burst(1).maxWait(LONG)),
            Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).exceptions(IOException.class)),
            Hedge.of("h", c -> c.delay(Duration.ofMillis(1))),
            CircuitBreaker.of(
                    "c",
                    c -> c.detection(Detection.TIME_WINDOW)
                            .failureRateThreshold(100)
                            .minimumCalls(10 * CALLS)));

    /**
     * A thread that waits for its next task while it begins to be watched would be taken for one that blocks, and die.
     * So Reactor's threads of the tests before end first, and its schedulers make others when they are used again.
     */
    @BeforeAll
    static void install() {
        Schedulers.shutdownNow();
        await().atMost(LONG)
                .until(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(NonBlocking.class::isInstance));
        BlockHound.install();
    }

    @Test
    void watchShouldFindABlockingCall() {
        Mono<String> blocking = Mono.fromCallable(() -> {
                    Thread.sleep(1);
                    return "slept";
                })
                .subscribeOn(Schedulers.parallel());
        assertThatThrownBy(() -> blocking.block(LONG)).hasRootCauseInstanceOf(BlockingOperationError.class);
    }

    @Test
    void callsShouldNotBlockSubscribingAndSignallingThreads() {
        ReactorGuard guard = ReactorGuard.of(pipeline);
        AtomicInteger attempts = new AtomicInteger();
        Mono<Integer> source = Mono.defer(() -> attempts.incrementAndGet() % 5 == 0
                ? Mono.<Integer>error(new IOException())
                : Mono.delay(Duration.ofMillis(attempts.get() % 3)).map(Long::intValue));
        Long ended = Flux.range(0, CALLS)
                .flatMap(
                        i -> Mono.from(i % 2 == 0 ? guard.mono(source) : guard.flux(source))
                                .subscribeOn(Schedulers.parallel()),
                        CALLS)
                .count()
                .block(LONG);
        assertThat(ended).isEqualTo(CALLS);
    }

    /** BlockHound takes spinning for blocking, and a policy spins only where two threads meet. */
    @Test
    void spinShouldEndWithoutAnErrorWhereNoneMayPause() {
        Mono<Integer> spinning = Mono.fromCallable(() -> {
                    SpinBackoff.pause();
                    return SpinBackoff.pause(SpinBackoff.pause(0));
                })
                .subscribeOn(Schedulers.parallel());
        assertThat(spinning.block(LONG)).isPositive();
    }

    /** A stop waits briefly for another thread that is ending the call, on whatever thread it runs. */
    @Test
    void briefWaitShouldEndWithoutAnErrorWhereNoneMayPause() {
        Mono<String> waiting = Mono.fromCallable(() -> {
                    SpinBackoff.awaitBriefly(() -> false);
                    return "waited";
                })
                .subscribeOn(Schedulers.parallel());
        assertThat(waiting.block(LONG)).isEqualTo("waited");
    }
}

package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What listeners find when a limit has fired: what the call held is free. */
@org.junit.jupiter.api.Timeout(60)
class LimitListenerTests {

    /** The listener's thread races with the one that releases. */
    private static final int ROUNDS = 50;

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout =
            Timeout.of("t", TimeoutConfig.builder().duration(LIMIT).build(), ticker);

    private enum Way {
        FUTURE {
            @Override
            void start(Timeout limit, Policy outer, Policy inner) {
                Pipeline.of(limit, outer, inner).callAsync(CompletableFuture::new);
            }
        },
        TWO_GUARDS {
            @Override
            void start(Timeout limit, Policy outer, Policy inner) {
                limit.callAsync(() -> Pipeline.of(outer, inner).callAsync(CompletableFuture::new));
            }
        },
        MONO {
            @Override
            void start(Timeout limit, Policy outer, Policy inner) {
                ReactorGuard.of(Pipeline.of(limit, outer, inner))
                        .mono(Mono.never())
                        .subscribe(value -> {}, thrown -> {});
            }
        },
        FLUX {
            @Override
            void start(Timeout limit, Policy outer, Policy inner) {
                ReactorGuard.of(Pipeline.of(limit, outer, inner))
                        .flux(Flux.never())
                        .subscribe(value -> {}, thrown -> {});
            }
        };

        abstract void start(Timeout limit, Policy outer, Policy inner);
    }

    @ParameterizedTest
    @CsvSource({
        "FUTURE, false",
        "FUTURE, true",
        "TWO_GUARDS, false",
        "TWO_GUARDS, true",
        "MONO, false",
        "MONO, true",
        "FLUX, false",
        "FLUX, true"
    })
    void permitShouldBeFreeInTheListenerOfACircuit(Way way, boolean bulkheadOutside) {
        for (int round = 0; round < ROUNDS; round++) {
            Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
            CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
            CompletableFuture<Integer> active = new CompletableFuture<>();
            breaker.onStateChange(
                    (from, to) -> active.complete(bulkhead.metrics().asyncActive()));
            way.start(timeout, bulkheadOutside ? bulkhead : breaker, bulkheadOutside ? breaker : bulkhead);
            ticker.advance(LIMIT);
            assertThat(active).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(0);
        }
    }

    @Test
    void listenerShouldBeCalledThoughTheReleaseBlocks() {
        CountDownLatch told = new CountDownLatch(1);
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
        breaker.onStateChange((from, to) -> told.countDown());
        CompletableFuture<Object> source = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                try {
                    told.await();
                } catch (InterruptedException interrupt) {
                    throw new AssertionError(interrupt);
                }
                return super.cancel(mayInterruptIfRunning);
            }
        };
        CompletableFuture<Object> call = Pipeline.of(timeout, breaker).callAsync(() -> source);
        ticker.advance(LIMIT);
        assertThat(call).failsWithin(Duration.ofSeconds(30));
        assertThat(source).failsWithin(Duration.ofSeconds(30));
    }
}

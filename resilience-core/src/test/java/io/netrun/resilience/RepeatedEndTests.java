package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Futures of others that report their end more than once, or accept a callback and throw nevertheless. */
class RepeatedEndTests {

    private final LimitFixture limits = new LimitFixture();
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(2).maxQueue(0));
    private final CircuitBreaker breaker = CircuitBreaker.of("c");

    /** What a future does when a callback is registered. */
    private enum Fault {
        TWICE,
        THROWS,
        THROWS_ERROR
    }

    private static final class Faulty extends CompletableFuture<String> {

        private final Fault fault;

        Faulty(Fault fault) {
            this.fault = fault;
        }

        @Override
        public <U> CompletableFuture<U> handle(BiFunction<? super String, Throwable, ? extends U> fn) {
            CompletableFuture<U> next = super.handle(fn);
            return switch (fault) {
                case TWICE -> super.handle(fn);
                case THROWS -> throw new IllegalStateException("registered");
                case THROWS_ERROR -> throw new LinkageError("registered " + next);
            };
        }
    }

    private enum Layers {
        BULKHEAD {
            @Override
            Pipeline of(RepeatedEndTests test) {
                return Pipeline.of(test.bulkhead);
            }
        },
        BREAKER {
            @Override
            Pipeline of(RepeatedEndTests test) {
                return Pipeline.of(test.bulkhead, test.breaker);
            }
        },
        RETRY {
            @Override
            Pipeline of(RepeatedEndTests test) {
                return Pipeline.of(test.breaker, test.bulkhead, test.limits.retry(c -> c.maxAttempts(1)));
            }
        },
        TIMEOUT {
            @Override
            Pipeline of(RepeatedEndTests test) {
                return Pipeline.of(test.breaker, test.bulkhead, test.limits.timeout(TimeoutThread.AUTO));
            }
        },
        HEDGE {
            @Override
            Pipeline of(RepeatedEndTests test) {
                Hedge hedge = Hedge.of("h", c -> c.delay(Duration.ofMinutes(1)));
                return Pipeline.of(test.breaker, test.bulkhead, hedge);
            }
        },
        FALLBACK {
            @Override
            Pipeline of(RepeatedEndTests test) {
                Fallback none = Fallback.of("f", c -> c.handle(ArithmeticException.class, e -> "else"));
                return Pipeline.of(test.breaker, test.bulkhead, none);
            }
        },
        LIMITER {
            @Override
            Pipeline of(RepeatedEndTests test) {
                return Pipeline.of(test.breaker, test.bulkhead, RateLimiter.of("l", c -> c.limit(100)));
            }
        };

        abstract Pipeline of(RepeatedEndTests test);
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Layers.values())
                .flatMap(layers -> Arrays.stream(Fault.values())
                        .flatMap(fault -> Stream.of(true, false).map(ended -> Arguments.of(layers, fault, ended))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void permitShouldBeReleasedOnce(Layers layers, Fault fault, boolean ended) {
        call(layers, fault, ended);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        CompletableFuture<String> held = new CompletableFuture<>();
        List<CompletableFuture<String>> calls =
                Stream.generate(() -> bulkhead.callAsync(() -> held)).limit(3).toList();
        assertThat(calls.stream().map(CompletableFuture::isDone)).containsExactly(false, false, true);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void callShouldBeCountedOnce(Layers layers, Fault fault, boolean ended) {
        CompletableFuture<String> call = call(layers, fault, ended);
        assertThat(call).isDone();
        long counted = breaker.metrics().totalSucceeded() + breaker.metrics().totalFailed();
        assertThat(counted).isEqualTo(layers == Layers.BULKHEAD ? 0 : 1);
    }

    /** Makes a call whose future has ended before it is returned, or ends after it. */
    private CompletableFuture<String> call(Layers layers, Fault fault, boolean ended) {
        Faulty body = new Faulty(fault);
        if (ended) {
            body.complete("ok");
        }
        CompletableFuture<String> call = layers.of(this).callAsync(() -> body);
        body.complete("ok");
        return call;
    }
}

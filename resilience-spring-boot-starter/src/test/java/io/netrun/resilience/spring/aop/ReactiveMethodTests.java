package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A subscription to what a protected method returned is one call, whose attempts call the method. */
@org.junit.jupiter.api.Timeout(60)
class ReactiveMethodTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Gateway.class)
            .withBean(InnerAspect.class);

    @Test
    void methodWhenNobodySubscribesShouldNotBeCalled() {
        with((gateway, registry) -> {
            gateway.charge();
            gateway.charges();
            assertThat(gateway.calls()).hasValue(0);
            assertThat(bulkhead(registry).totalAccepted()).isZero();
        });
    }

    @Test
    void monoWhenItFailsShouldCallTheMethodAgain() {
        with((gateway, registry) -> {
            gateway.failures().set(2);
            expect(gateway.charge(), "ok 3");
            assertThat(bulkhead(registry).totalAccepted()).isEqualTo(1);
            assertThat(breaker(registry).totalFailed()).isEqualTo(2);
        });
    }

    @Test
    void monoShouldBeOneCallForEverySubscription() {
        with((gateway, registry) -> {
            Mono<String> mono = gateway.charge();
            expect(mono, "ok 1");
            expect(mono, "ok 2");
            assertThat(bulkhead(registry).totalAccepted()).isEqualTo(2);
        });
    }

    @Test
    void monoWhenAttemptsAreUsedUpShouldFail() {
        with((gateway, registry) -> {
            gateway.failures().set(9);
            expectFailure(gateway.charge(), RetryExhaustedException.class);
            assertThat(gateway.calls()).hasValue(3);
        });
    }

    @Test
    void methodThatThrowsInsteadOfReturningShouldBeCalledAgain() {
        with((gateway, registry) -> {
            gateway.failures().set(2);
            expect(gateway.throwing(), "ok 3");
            gateway.failures().set(5);
            expect(gateway.throwingStream(), "ok 6");
        });
    }

    @Test
    void methodThatReturnsNullShouldFailTheCall() {
        with((gateway, registry) -> StepVerifier.create(gateway.nothing())
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage(Gateway.class.getName() + ".nothing() returned null instead of something reactive"))
                .verify(LONG));
    }

    @Test
    void monoWithoutAnElementShouldStayEmpty() {
        with((gateway, registry) ->
                StepVerifier.create(gateway.empty()).expectComplete().verify(LONG));
    }

    @Test
    void fluxWhenItFailsBeforeItsFirstElementShouldCallTheMethodAgain() {
        with((gateway, registry) -> {
            gateway.failures().set(2);
            expect(gateway.charges(), "ok 3", "and more");
            assertThat(bulkhead(registry).totalAccepted()).isEqualTo(1);
        });
    }

    @Test
    void fluxWhenItFailsAfterItsFirstElementShouldFail() {
        with((gateway, registry) -> {
            StepVerifier.create(gateway.breaking())
                    .expectNext("one")
                    .expectError(IOException.class)
                    .verify(LONG);
            assertThat(gateway.calls()).hasValue(1);
        });
    }

    @Test
    void publisherShouldBeTreatedAsAStream() {
        with((gateway, registry) -> {
            gateway.failures().set(1);
            StepVerifier.create(gateway.published())
                    .expectNext("ok 2", "and more")
                    .expectComplete()
                    .verify(LONG);
        });
    }

    @Test
    void subscriptionShouldHoldItsPermitUntilItIsCancelled() {
        with((gateway, registry) -> {
            for (Publisher<String> endless : List.of(gateway.endless(), gateway.endlessStream())) {
                Disposable subscription = Flux.from(endless).subscribe();
                assertThat(bulkhead(registry).asyncActive()).isEqualTo(1);
                expectFailure(gateway.charge(), BulkheadFullException.class);
                subscription.dispose();
                assertThat(bulkhead(registry).asyncActive()).isZero();
            }
            assertThat(breaker(registry).totalFailed()).isZero();
            assertThat(gateway.cancelled()).hasValue(2);
        });
    }

    @Test
    void monoThatTakesTooLongShouldFailAndBeCancelled() {
        with((gateway, registry) -> {
            expectFailure(gateway.slow(), TimeoutExceededException.class);
            assertThat(gateway.cancelled()).hasValue(1);
        });
    }

    @Test
    void fallbackMethodShouldReturnWhatTheOtherReturns() {
        with((gateway, registry) -> {
            expect(gateway.price(7, new IOException("down")), "cached 7 down");
            expect(gateway.price(8, new IllegalStateException()), "any 8");
            expect(gateway.prices(), "cached", "prices");
            expect(gateway.throwingFallback(), "cached 0 down");
        });
    }

    @Test
    void fallbackMethodThatReturnsNullShouldGiveNoElement() {
        with((gateway, registry) ->
                StepVerifier.create(gateway.noFallback()).expectComplete().verify(LONG));
    }

    @Test
    void failureWithoutAFallbackMethodForItShouldPass() {
        with((gateway, registry) -> {
            AssertionError error = new AssertionError();
            StepVerifier.create(gateway.price(7, error))
                    .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(error))
                    .verify(LONG);
        });
    }

    @Test
    void everyAttemptShouldGoThroughTheAdviceFurtherIn() {
        runner.run(context -> {
            Gateway gateway = context.getBean(Gateway.class);
            gateway.failures().set(2);
            expect(gateway.charge(), "ok 3");
            assertThat(context.getBean(InnerAspect.class).seen).containsExactly("charge", "charge", "charge");
        });
    }

    private void with(BiConsumer<Gateway, ResilienceRegistry> test) {
        runner.run(context -> test.accept(context.getBean(Gateway.class), context.getBean(ResilienceRegistry.class)));
    }

    private static void expect(Publisher<String> publisher, String... elements) {
        StepVerifier.create(publisher).expectNext(elements).expectComplete().verify(LONG);
    }

    private static void expectFailure(Publisher<String> publisher, Class<? extends Throwable> failure) {
        StepVerifier.create(publisher).expectError(failure).verify(LONG);
    }

    private static BulkheadMetrics bulkhead(ResilienceRegistry registry) {
        return registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "gateway")
                .orElseThrow()
                .metrics();
    }

    private static CircuitBreakerMetrics breaker(ResilienceRegistry registry) {
        return registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "gateway")
                .orElseThrow()
                .metrics();
    }

    static class Gateway {

        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger cancelled = new AtomicInteger();

        AtomicInteger calls() {
            return calls;
        }

        AtomicInteger failures() {
            return failures;
        }

        AtomicInteger cancelled() {
            return cancelled;
        }

        @Retry(name = "gateway", maxAttempts = 3, baseDelay = "1ms")
        @CircuitBreaker(name = "gateway", failureThreshold = 100)
        @Bulkhead(name = "gateway", maxConcurrent = 1, maxQueue = 0)
        public Mono<String> charge() {
            try {
                return Mono.just(answer());
            } catch (IOException e) {
                return Mono.error(e);
            }
        }

        @Retry(name = "gateway")
        @Bulkhead(name = "gateway")
        public Flux<String> charges() {
            return charge().concatWith(Mono.just("and more"));
        }

        @Retry(name = "gateway")
        public Publisher<String> published() {
            return charges();
        }

        @Retry(name = "gateway")
        public Mono<String> throwing() {
            return Mono.just(answerOrThrow());
        }

        @Retry(name = "gateway")
        public Flux<String> throwingStream() {
            return Flux.just(answerOrThrow());
        }

        @CircuitBreaker
        public Mono<String> nothing() {
            return null;
        }

        @Retry
        public Mono<String> empty() {
            return Mono.empty();
        }

        @Retry(name = "gateway")
        public Flux<String> breaking() {
            calls.incrementAndGet();
            return Flux.concat(Mono.just("one"), Mono.error(new IOException()));
        }

        @CircuitBreaker(name = "gateway")
        @Bulkhead(name = "gateway")
        public Mono<String> endless() {
            return Mono.<String>never().doOnCancel(cancelled::incrementAndGet);
        }

        @CircuitBreaker(name = "gateway")
        @Bulkhead(name = "gateway")
        public Flux<String> endlessStream() {
            return Flux.<String>never().doOnCancel(cancelled::incrementAndGet);
        }

        @Timeout(duration = "20ms")
        public Mono<String> slow() {
            return Mono.<String>never().doOnCancel(cancelled::incrementAndGet);
        }

        @Fallback(method = "cachedPrice")
        public Mono<String> price(int id, Throwable thrown) {
            return Mono.error(thrown);
        }

        private Mono<String> cachedPrice(int id, Throwable thrown, IOException failure) {
            return Mono.just("cached " + id + " " + failure.getMessage());
        }

        private Mono<String> cachedPrice(int id, Throwable thrown) {
            return Mono.just("any " + id);
        }

        @Fallback(method = "cachedPrices")
        public Flux<String> prices() {
            throw new IllegalStateException();
        }

        private Flux<String> cachedPrices() {
            return Flux.just("cached", "prices");
        }

        @Fallback(method = "failingFallback")
        public Publisher<String> throwingFallback() {
            return Mono.error(new IOException("down"));
        }

        private Mono<String> failingFallback(Exception failure) {
            return cachedPrice(0, failure, (IOException) failure);
        }

        @Fallback(method = "noPrice")
        public Mono<String> noFallback() {
            return Mono.error(new IOException());
        }

        private Mono<String> noPrice() {
            return null;
        }

        private String answer() throws IOException {
            int call = calls.incrementAndGet();
            if (call <= failures.get()) {
                throw new IOException("failure " + call);
            }
            return "ok " + call;
        }

        private String answerOrThrow() {
            try {
                return answer();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Asks for the present join point, as most aspects do. */
    @Aspect
    static class InnerAspect {

        final List<String> seen = new CopyOnWriteArrayList<>();

        @Before("execution(public * io.netrun.resilience.spring.aop.ReactiveMethodTests.Gateway.*(..))")
        public void before(JoinPoint point) {
            seen.add(point.getSignature().getName());
        }
    }
}

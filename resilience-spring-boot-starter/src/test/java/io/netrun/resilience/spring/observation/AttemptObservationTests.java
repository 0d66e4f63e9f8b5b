package io.netrun.resilience.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.aop.AttemptObserver;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceObservationAutoConfiguration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What there is to observe of attempts. */
class AttemptObservationTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceObservationAutoConfiguration.class))
            .withBean(ObservationRegistry.class, () -> registry)
            .withBean(Backend.class, () -> new Backend(registry))
            .withPropertyValues("resilience.observations.enabled=true");

    @Test
    void eachAttemptShouldBeObserved() {
        runner.run(context -> {
            assertThat(backend(context).plain()).isEqualTo("ok");
            observed().hasNumberOfObservationsWithNameEqualTo("resilience.attempt", 2);
            observed()
                    .hasAnObservation(first -> first.hasHighCardinalityKeyValue("attempt", "1")
                            .hasLowCardinalityKeyValue("method", "AttemptObservationTests$Backend.plain")
                            .hasContextualNameEqualTo("AttemptObservationTests$Backend.plain")
                            .thenError()
                            .hasMessage("attempt 1"))
                    .hasAnObservation(second ->
                            second.hasHighCardinalityKeyValue("attempt", "2").doesNotHaveError());
        });
    }

    @Test
    void attemptShouldBeCurrentAndHaveTheCallersObservationAsParent() {
        runner.run(context -> {
            Observation outer = Observation.start("outer", registry);
            outer.scoped(() -> backend(context).onAWorker());
            outer.stop();
            observed()
                    .hasAnObservation(attempt ->
                            attempt.hasHighCardinalityKeyValue("attempt", "1").hasParentObservationEqualTo(outer));
            assertThat(backend(context).current())
                    .isNotNull()
                    .satisfies(current ->
                            assertThat(current.getContext().getName()).isEqualTo("resilience.attempt"));
        });
    }

    @Test
    void asyncAttemptsShouldHaveTheCallersObservationAsParent() {
        runner.run(context -> {
            Observation outer = Observation.start("outer", registry);
            CompletableFuture<String> call = outer.scoped(backend(context)::later);
            outer.stop();
            assertThat(call).succeedsWithin(LONG).isEqualTo("ok");
            observed().hasNumberOfObservationsWithNameEqualTo("resilience.attempt", 2);
            observed()
                    .hasAnObservation(second ->
                            second.hasHighCardinalityKeyValue("attempt", "2").hasParentObservationEqualTo(outer));
        });
    }

    @Test
    void attemptShouldLastUntilItsFutureEnds() {
        runner.run(context -> {
            CompletableFuture<String> inside = new CompletableFuture<>();
            backend(context).waitingFor(inside);
            attempt().hasBeenStarted().isNotStopped();
            inside.complete("ok");
            attempt().hasBeenStopped();
        });
    }

    @Test
    void monoShouldHandItsAttemptOnInTheContext() {
        runner.run(context -> {
            Observation outer = Observation.start("outer", registry);
            String value = backend(context)
                    .mono()
                    .contextWrite(view -> view.put(ObservationThreadLocalAccessor.KEY, outer))
                    .block(LONG);
            outer.stop();
            assertThat(value).isEqualTo("resilience.attempt");
            observed().hasNumberOfObservationsWithNameEqualTo("resilience.attempt", 2);
            observed()
                    .hasAnObservation(second ->
                            second.hasHighCardinalityKeyValue("attempt", "2").hasParentObservationEqualTo(outer));
        });
    }

    @Test
    void fluxShouldBeObservedUntilItsLastElement() {
        runner.run(context -> {
            assertThat(backend(context).flux().collectList().block(LONG)).containsExactly("a", "b");
            observed().hasNumberOfObservationsWithNameEqualTo("resilience.attempt", 1);
            attempt().hasBeenStopped();
        });
    }

    @Test
    void conventionOfTheApplicationShouldReplaceOurs() {
        runner.withBean(AttemptObservationConvention.class, () -> new AttemptObservationConvention() {
                    @Override
                    public String getName() {
                        return "shop.attempt";
                    }

                    @Override
                    public KeyValues getLowCardinalityKeyValues(AttemptContext context) {
                        return KeyValues.of("team", "payments");
                    }
                })
                .run(context -> {
                    backend(context).plain();
                    TestObservationRegistryAssert.assertThat(registry)
                            .hasObservationWithNameEqualTo("shop.attempt")
                            .that()
                            .hasLowCardinalityKeyValue("team", "payments");
                });
    }

    @Test
    void nothingShouldBeObservedUnlessAskedFor() {
        runner.withPropertyValues("resilience.observations.enabled=false").run(context -> {
            backend(context).plain();
            assertThat(context).doesNotHaveBean(AttemptObserver.class);
            TestObservationRegistryAssert.assertThat(registry).doesNotHaveAnyObservation();
        });
    }

    @Test
    void failureOfTheLastAttemptShouldReachTheCallerUnchanged() {
        runner.run(context -> assertThatThrownBy(backend(context)::failing).hasMessage("for good"));
    }

    private TestObservationRegistryAssert observed() {
        return TestObservationRegistryAssert.assertThat(registry);
    }

    private TestObservationRegistryAssert.TestObservationRegistryAssertReturningObservationContextAssert attempt() {
        return observed().hasObservationWithNameEqualTo("resilience.attempt").that();
    }

    private static Backend backend(AssertableApplicationContext context) {
        return context.getBean(Backend.class);
    }

    /** Fails once, then answers. */
    static class Backend {

        private final ObservationRegistry registry;
        private final AtomicInteger attempts = new AtomicInteger();
        private volatile @Nullable Observation current;

        Backend(ObservationRegistry registry) {
            this.registry = registry;
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public String plain() {
            failOnce();
            return "ok";
        }

        @Timeout(duration = "30s", thread = "worker")
        public String onAWorker() {
            current = registry.getCurrentObservation();
            return "ok";
        }

        public @Nullable Observation current() {
            return current;
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public CompletableFuture<String> later() {
            failOnce();
            return CompletableFuture.completedFuture("ok");
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public CompletableFuture<String> waitingFor(CompletableFuture<String> inside) {
            return inside;
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public Mono<String> mono() {
            return Mono.deferContextual(context -> {
                failOnce();
                Observation attempt = context.get(ObservationThreadLocalAccessor.KEY);
                return Mono.just(attempt.getContext().getName());
            });
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public Flux<String> flux() {
            return Flux.just("a", "b");
        }

        @Retry(maxAttempts = 1, onExhausted = "rethrow")
        public String failing() {
            throw new IllegalStateException("for good");
        }

        private void failOnce() {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("attempt 1");
            }
        }
    }
}

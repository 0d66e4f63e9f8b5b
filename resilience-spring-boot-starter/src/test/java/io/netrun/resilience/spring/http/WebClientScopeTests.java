package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Calls of a {@code WebClient} are subscriptions as any other protected ones: how they are cancelled, and what is
 * around them.
 */
class WebClientScopeTests {

    private final AtomicInteger exchanges = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();

    /** Hands the response over whenever the test likes, also to a subscriber that has left. */
    private final List<CoreSubscriber<? super ClientResponse>> subscribers = new CopyOnWriteArrayList<>();

    private final ExchangeFunction pending = request -> new Mono<>() {
        @Override
        public void subscribe(CoreSubscriber<? super ClientResponse> subscriber) {
            exchanges.incrementAndGet();
            subscribers.add(subscriber);
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long elements) {}

                @Override
                public void cancel() {
                    cancelled.incrementAndGet();
                }
            });
        }
    };

    private void run(ExchangeFunction exchange, BiConsumer<Mono<String>, ResilienceRegistry> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
                .withPropertyValues(
                        "resilience.bulkhead.instances.prices.max-concurrent=1",
                        "resilience.http-clients.prices.bulkhead=prices",
                        "resilience.http-clients.prices.circuit-breaker=prices")
                .run(context -> test.accept(
                        WebClient.builder()
                                .exchangeFunction(exchange)
                                .apply(context.getBean(ResilientWebClients.class)
                                        .client("prices"))
                                .build()
                                .get()
                                .uri("http://prices.example/")
                                .retrieve()
                                .bodyToMono(String.class),
                        context.getBean(ResilienceRegistry.class)));
    }

    private ClientResponse response() {
        return ClientResponse.create(HttpStatus.OK)
                .body(Flux.<DataBuffer>empty().doOnSubscribe(subscription -> released.incrementAndGet()))
                .build();
    }

    private static CircuitBreakerMetrics breaker(ResilienceRegistry registry) {
        return registry.find(CircuitBreaker.TYPE, "prices").orElseThrow().metrics();
    }

    private static Bulkhead bulkhead(ResilienceRegistry registry) {
        return registry.find(Bulkhead.TYPE, "prices").orElseThrow();
    }

    private static void assertNothingIsHeld(ResilienceRegistry registry) {
        assertThat(bulkhead(registry).metrics().asyncActive()).isZero();
        assertThat(bulkhead(registry).metrics().asyncQueued()).isZero();
    }

    @Test
    void cancelWhileTheExchangeRunsShouldEndItAndFreeThePermits() {
        run(pending, (call, registry) -> {
            Disposable subscription = call.subscribe();
            assertThat(bulkhead(registry).metrics().asyncActive()).isEqualTo(1);
            subscription.dispose();
            assertThat(cancelled).hasValue(1);
            assertThat(breaker(registry).totalCancelled()).isEqualTo(1);
            assertThat(breaker(registry).totalFailed()).isZero();
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void cancelWhileItWaitsForAPermitShouldMakeNoExchange() {
        run(pending, (call, registry) -> {
            Disposable first = call.subscribe();
            Disposable waiting = call.subscribe();
            assertThat(bulkhead(registry).metrics().asyncQueued()).isEqualTo(1);
            waiting.dispose();
            assertThat(bulkhead(registry).metrics().asyncQueued()).isZero();
            first.dispose();
            assertThat(exchanges).hasValue(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void cancelBeforeTheCallBeginsShouldAskNoPolicy() {
        run(pending, (call, registry) -> {
            call.subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    subscription.cancel();
                }
            });
            assertThat(exchanges).hasValue(0);
            assertThat(bulkhead(registry).metrics().totalAccepted()).isZero();
            assertThat(breaker(registry).totalCancelled()).isZero();
        });
    }

    @Test
    void cancelWithinTheExchangeShouldEndIt() {
        CompletableFuture<Disposable> subscription = new CompletableFuture<>();
        BaseSubscriber<String> subscriber = new BaseSubscriber<>() {};
        ExchangeFunction leaving = request -> pending.exchange(request).doOnSubscribe(s -> subscriber.cancel());
        run(leaving, (call, registry) -> {
            subscription.complete(subscriber);
            call.subscribe(subscriber);
            assertThat(cancelled).hasValue(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void cancelThatThrowsShouldStillFreeThePermits() {
        ExchangeFunction stubborn = request -> new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super ClientResponse> subscriber) {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long elements) {}

                    @Override
                    public void cancel() {
                        throw new AssertionError("cancel");
                    }
                });
            }
        };
        run(stubborn, (call, registry) -> {
            call.subscribe().dispose();
            assertNothingIsHeld(registry);
            assertThat(breaker(registry).totalCancelled()).isEqualTo(1);
        });
    }

    @Test
    void requestThatThrowsShouldFailTheCall() {
        ExchangeFunction broken = request -> new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super ClientResponse> subscriber) {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long elements) {
                        throw new IllegalStateException("request");
                    }

                    @Override
                    public void cancel() {}
                });
            }
        };
        run(broken, (call, registry) -> {
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            call.subscribe(value -> {}, failures::add);
            assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
            assertThat(breaker(registry).totalFailed()).isEqualTo(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void responseAfterTheCancelShouldBeReleased() {
        run(pending, (call, registry) -> {
            call.subscribe().dispose();
            subscribers.get(0).onNext(response());
            assertThat(released).hasValue(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void responseShouldReachItsCallerAndNotBeReleased() {
        run(pending, (call, registry) -> {
            List<String> failures = new CopyOnWriteArrayList<>();
            call.subscribe(value -> {}, failure -> failures.add(failure.toString()));
            subscribers.get(0).onNext(response());
            subscribers.get(0).onComplete();
            assertThat(released).as("read by its caller").hasValue(1);
            assertThat(failures).isEmpty();
            assertThat(breaker(registry).totalSucceeded()).isEqualTo(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void limitOfAnotherBeanShouldMakeTheCircuitCountAFailure() {
        HandTicker ticker = new HandTicker();
        Timeout limit = Timeout.of(
                "checkout",
                TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build(),
                ticker);
        run(pending, (call, registry) -> {
            CompletableFuture<String> outcome =
                    ReactorGuard.of(limit).mono(call).toFuture();
            ticker.pass(Duration.ofSeconds(1));
            assertThat(outcome)
                    .failsWithin(20, TimeUnit.SECONDS)
                    .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                    .withCauseInstanceOf(TimeoutExceededException.class);
            assertThat(breaker(registry).totalFailed()).isEqualTo(1);
            assertThat(breaker(registry).totalCancelled()).isZero();
            assertThat(cancelled).hasValue(1);
            assertNothingIsHeld(registry);
        });
    }

    @Test
    void circuitWithinTheExchangeShouldKnowTheClientsLimit() {
        HandTicker ticker = new HandTicker();
        CircuitBreaker inner = CircuitBreaker.of("inner");
        ExchangeFunction guarded = request -> ReactorGuard.of(inner).mono(pending.exchange(request));
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
                .withBean(Ticker.class, () -> ticker)
                .withPropertyValues("resilience.http-clients.prices.timeout=prices")
                .run(context -> {
                    CompletableFuture<Void> outcome = WebClient.builder()
                            .exchangeFunction(guarded)
                            .apply(context.getBean(ResilientWebClients.class).client("prices"))
                            .build()
                            .get()
                            .uri("http://prices.example/")
                            .retrieve()
                            .toBodilessEntity()
                            .then()
                            .toFuture();
                    ticker.pass(Duration.ofSeconds(5));
                    assertThat(outcome)
                            .failsWithin(20, TimeUnit.SECONDS)
                            .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                            .withCauseInstanceOf(TimeoutExceededException.class);
                    assertThat(inner.metrics().totalFailed()).isEqualTo(1);
                });
    }

    @Test
    void contextOfTheSubscriberShouldReachTheExchange() {
        List<String> tenants = new CopyOnWriteArrayList<>();
        ExchangeFunction reading = request -> Mono.deferContextual(context -> {
            tenants.add(context.get("tenant"));
            return Mono.just(response());
        });
        run(reading, (call, registry) -> {
            call.contextWrite(context -> context.put("tenant", "acme")).block(Duration.ofSeconds(20));
            assertThat(tenants).containsExactly("acme");
        });
    }

    @Test
    void exchangeThatSubscribesTwiceShouldKeepTheFirst() {
        Consumer<CoreSubscriber<? super ClientResponse>> twice = subscriber -> {
            subscriber.onSubscribe(Operators.emptySubscription());
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long elements) {}

                @Override
                public void cancel() {
                    cancelled.incrementAndGet();
                }
            });
        };
        ExchangeFunction exchange = request -> new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super ClientResponse> subscriber) {
                twice.accept(subscriber);
            }
        };
        run(exchange, (call, registry) -> {
            Disposable subscription = call.subscribe();
            assertThat(cancelled).hasValue(1);
            subscription.dispose();
            assertNothingIsHeld(registry);
        });
    }
}

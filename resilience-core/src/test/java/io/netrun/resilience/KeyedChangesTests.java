package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.ratelimiter.WeightedCall;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What was changed on an instance of a family while the application runs stays, whatever keys come by. */
class KeyedChangesTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create(new ManualTicker());

    static Stream<Arguments> reconfigurations() {
        return Stream.of(
                change(
                        Bulkhead.TYPE,
                        (BulkheadConfig c) -> c.toBuilder().maxConcurrent(3).build()),
                change(
                        CircuitBreaker.TYPE,
                        (CircuitBreakerConfig c) ->
                                c.toBuilder().failureThreshold(3).build()),
                change(
                        Hedge.TYPE,
                        (HedgeConfig c) ->
                                c.toBuilder().delay(Duration.ofMillis(3)).build()),
                change(
                        RateLimiter.TYPE,
                        (RateLimiterConfig c) -> c.toBuilder().limit(3).build()),
                change(
                        Retry.TYPE,
                        (RetryConfig c) -> c.toBuilder().maxAttempts(7).build()),
                change(
                        Timeout.TYPE,
                        (TimeoutConfig c) ->
                                c.toBuilder().duration(Duration.ofMillis(3)).build()));
    }

    private static <P extends AbstractPolicy<C>, C extends Record> Arguments change(
            PolicyType<P, C> type, UnaryOperator<C> change) {
        Consumer<P> changed = policy -> policy.reconfigure(change);
        return Arguments.of(type, changed);
    }

    @ParameterizedTest
    @MethodSource("reconfigurations")
    <P extends Policy, C extends Record> void changedSettingsShouldStay(PolicyType<P, C> type, Consumer<P> change) {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        change.accept(family.get("changed"));
        Record settings = family.get("changed").config();
        askForOthers(family);
        assertThat(registry.find(type, "f:changed")).isPresent();
        assertThat(family.get("changed").config()).isEqualTo(settings).isNotEqualTo(type.defaults());
        assertThat(family.size()).isEqualTo(2);
    }

    static Stream<PolicyType<?, ?>> types() {
        return Stream.concat(
                reconfigurations().map(each -> (PolicyType<?, ?>) each.get()[0]), Stream.of(Fallback.TYPE));
    }

    @ParameterizedTest
    @MethodSource("types")
    <P extends Policy, C extends Record> void switchedOffInstanceShouldStay(PolicyType<P, C> type) {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        family.get("off").setEnabled(false);
        askForOthers(family);
        assertThat(family.get("off").isEnabled()).isFalse();
        assertThat(family.size()).isEqualTo(2);
    }

    private enum Hold {
        FORCED_OPEN,
        DISABLED;

        void hold(CircuitBreaker breaker) {
            if (this == FORCED_OPEN) {
                breaker.forceOpen();
            } else {
                breaker.disable();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void circuitThatAnOperatorHoldsShouldStayUntilItsReset(Hold state) {
        KeyedPolicies<CircuitBreaker> hosts = registry.keyed(CircuitBreaker.TYPE, "host", defaults(), 2);
        state.hold(hosts.get("held"));
        askForOthers(hosts);
        assertThat(hosts.get("held").state().name()).isEqualTo(state.name());
        hosts.get("held").reset();
        askForOthers(hosts);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:held")).isEmpty();
    }

    @Test
    void instanceWhoseChangeIsUndoneShouldGo() {
        KeyedPolicies<Bulkhead> tenants = registry.keyed(Bulkhead.TYPE, "t", BulkheadConfig.defaults(), 2);
        BulkheadConfig before = tenants.get("a").config();
        tenants.get("a").reconfigure(c -> c.toBuilder().maxConcurrent(3).build());
        tenants.get("a").reconfigure(c -> before.toBuilder().build());
        askForOthers(tenants);
        assertThat(registry.find(Bulkhead.TYPE, "t:a")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("reconfigurations")
    <P extends Policy, C extends Record> void evictedInstanceThatIsChangedShouldReturnAndStay(
            PolicyType<P, C> type, Consumer<P> change) {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        P evicted = family.get("changed");
        askForOthers(family);
        assertThat(registry.find(type, "f:changed")).isEmpty();
        change.accept(evicted);
        assertThat(registry.find(type, "f:changed")).containsSame(evicted);
        askForOthers(family);
        assertThat(registry.find(type, "f:changed")).containsSame(evicted);
        assertThat(family.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("types")
    <P extends Policy, C extends Record> void evictedInstanceThatIsSwitchedOffShouldReturnAndStay(
            PolicyType<P, C> type) {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        P evicted = family.get("off");
        askForOthers(family);
        evicted.setEnabled(false);
        askForOthers(family);
        assertThat(registry.find(type, "f:off")).containsSame(evicted);
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void evictedCircuitThatAnOperatorHoldsShouldReturnAndStay(Hold state) {
        KeyedPolicies<CircuitBreaker> hosts = registry.keyed(CircuitBreaker.TYPE, "host", defaults(), 2);
        CircuitBreaker evicted = hosts.get("held");
        askForOthers(hosts);
        state.hold(evicted);
        askForOthers(hosts);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:held")).containsSame(evicted);
        evicted.reset();
        askForOthers(hosts);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:held")).isEmpty();
    }

    @Test
    void removedInstanceThatIsChangedShouldNotReturn() {
        KeyedPolicies<Bulkhead> tenants = registry.keyed(Bulkhead.TYPE, "t", BulkheadConfig.defaults(), 2);
        Bulkhead evicted = tenants.get("a");
        askForOthers(tenants);
        assertThat(tenants.get("a")).isSameAs(evicted);
        registry.remove(evicted);
        evicted.setEnabled(false);
        assertThat(registry.find(Bulkhead.TYPE, "t:a")).isEmpty();
    }

    /** What an application does to every new instance, such as to switch it off, is no change. */
    @Test
    void instanceChangedWhenItIsAddedShouldGoLikeOthers() {
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added) {
                event.policy().setEnabled(false);
            }
        });
        KeyedPolicies<Bulkhead> tenants = registry.keyed(Bulkhead.TYPE, "t", BulkheadConfig.defaults(), 2);
        askForOthers(tenants);
        assertThat(tenants.size()).isEqualTo(2);
    }

    /** Has another thread deliver the event of a new instance. */
    private <P extends Policy> P addedElsewhere(KeyedPolicies<P> family, String key) throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Subscription blocker = registry.onChange(event -> {
            if (event.policy().name().equals("blocker")) {
                busy.countDown();
                LimitFixture.awaitLatch(release);
            }
        });
        Thread delivering = new Thread(() -> registry.register(Retry.of("blocker")));
        delivering.start();
        LimitFixture.awaitLatch(busy);
        P added = family.get(key);
        release.countDown();
        delivering.join();
        blocker.close();
        return added;
    }

    @ParameterizedTest
    @MethodSource("reconfigurations")
    <P extends Policy, C extends Record> void instanceThatAnotherThreadChangesWhenItIsAddedShouldGo(
            PolicyType<P, C> type, Consumer<P> change) throws InterruptedException {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added added
                    && family.keyIn(added.policy().name()) != null) {
                change.accept(type.policyClass().cast(added.policy()));
            }
        });
        P instance = addedElsewhere(family, "a");
        assertThat(instance.config()).isNotEqualTo(type.defaults());
        askForOthers(family);
        assertThat(registry.find(type, "f:a")).isEmpty();
        assertThat(family.size()).isEqualTo(2);
    }

    @Test
    void instanceSwitchedOffByAnotherThreadWhenItIsAddedShouldGo() throws InterruptedException {
        KeyedPolicies<Retry> family = registry.keyed(Retry.TYPE, "f", RetryConfig.defaults(), 2);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added) {
                event.policy().setEnabled(false);
            }
        });
        addedElsewhere(family, "a");
        askForOthers(family);
        assertThat(registry.find(Retry.TYPE, "f:a")).isEmpty();
    }

    @Test
    void changeBeforeTheListenersShouldStay() throws InterruptedException {
        KeyedPolicies<Retry> family = registry.keyed(Retry.TYPE, "f", RetryConfig.defaults(), 2);
        registry.onChange(event -> {
            if (event.policy().name().equals("blocker")) {
                family.get("a").reconfigure(c -> c.toBuilder().maxAttempts(7).build());
            } else if (event instanceof RegistryEvent.Added && event.policy() instanceof Retry retry) {
                retry.reconfigure(
                        c -> c.toBuilder().baseDelay(Duration.ofMillis(7)).build());
            }
        });
        registry.register(Retry.of("blocker"));
        askForOthers(family);
        assertThat(registry.find(Retry.TYPE, "f:a").orElseThrow().config().maxAttempts())
                .isEqualTo(7);
    }

    @Test
    void familyWithAllChangedShouldBeBoundedAndLogEachLoss() {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Logger logger = (Logger) LoggerFactory.getLogger(KeyedPolicies.class);
        logger.addAppender(logged);
        logger.setAdditive(false);
        KeyedPolicies<Retry> family = registry.keyed(Retry.TYPE, "f", RetryConfig.defaults(), 2);
        try {
            for (int i = 0; i < 1_500; i++) {
                family.get("k" + i).setEnabled(false);
            }
        } finally {
            logger.detachAppender(logged);
            logger.setAdditive(true);
        }
        assertThat(family.size()).isBetween(1_000, 1_010);
        assertThat(logged.list).hasSize(1_500 - family.size());
        assertThat(logged.list.get(0).getFormattedMessage())
                .endsWith("was changed at run time and is evicted all the same, so the change is lost: the family 'f'"
                        + " has more than 1002 instances. Give it a higher limit, or put the change into the settings");
    }

    @Test
    void instanceInUseShouldGoBeforeOneThatWasChanged() {
        KeyedPolicies<Bulkhead> tenants = registry.keyed(Bulkhead.TYPE, "t", BulkheadConfig.defaults(), 2);
        tenants.get("changed").setEnabled(false);
        for (int i = 0; i < 3_000; i++) {
            tenants.get("k" + i).callAsync(CompletableFuture::new);
        }
        assertThat(registry.find(Bulkhead.TYPE, "t:changed")).isPresent();
        assertThat(tenants.size()).isBetween(1_000, 1_010);
    }

    /** Runs something on another thread, within a listener. */
    private static void elsewhere(Runnable action) {
        CompletableFuture.runAsync(action, task -> new Thread(task).start()).join();
    }

    @ParameterizedTest
    @MethodSource("reconfigurations")
    <P extends Policy, C extends Record> void changeWhileTheListenersRunShouldStay(
            PolicyType<P, C> type, Consumer<P> change) {
        KeyedPolicies<P> family = registry.keyed(type, "f", type.defaults(), 2);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added added
                    && added.policy().name().equals("f:a")) {
                elsewhere(() -> change.accept(registry.find(type, "f:a").orElseThrow()));
            }
        });
        Record changed = family.get("a").config();
        assertThat(changed).isNotEqualTo(type.defaults());
        askForOthers(family);
        assertThat(registry.find(type, "f:a")).isPresent();
        assertThat(family.get("a").config()).isEqualTo(changed);
    }

    @Test
    void switchWhileTheListenersRunShouldStay() {
        KeyedPolicies<Retry> family = registry.keyed(Retry.TYPE, "f", RetryConfig.defaults(), 2);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added added
                    && added.policy().name().equals("f:a")) {
                elsewhere(() -> added.policy().setEnabled(false));
            }
        });
        family.get("a");
        askForOthers(family);
        assertThat(registry.find(Retry.TYPE, "f:a")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changeOfAListenerShouldNotTakeThatOfAnotherThreadAlong(boolean first) {
        KeyedPolicies<Retry> family = registry.keyed(Retry.TYPE, "f", RetryConfig.defaults(), 2);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added && event.policy() instanceof Retry retry) {
                Runnable own = () -> retry.reconfigure(
                        c -> c.toBuilder().baseDelay(Duration.ofMillis(7)).build());
                if (first) {
                    own.run();
                }
                if (retry.name().equals("f:a")) {
                    elsewhere(() ->
                            retry.reconfigure(c -> c.toBuilder().maxAttempts(7).build()));
                }
                if (!first) {
                    own.run();
                }
            }
        });
        family.get("a");
        askForOthers(family);
        assertThat(family.size()).isEqualTo(2);
        assertThat(registry.find(Retry.TYPE, "f:a").orElseThrow().config().maxAttempts())
                .isEqualTo(7);
    }

    /** The ways of taking the only token. */
    static Stream<Named<Consumer<RateLimiter>>> usesOfALimiter() {
        return Stream.of(
                Named.of("tryAcquirePermit", RateLimiter::tryAcquirePermit),
                Named.of("acquirePermit", RateLimiter::acquirePermit),
                Named.of("call", limiter -> limiter.run(() -> {})),
                Named.of("weighted call", limiter -> limiter.call(WeightedCall.of(1, () -> ""))),
                Named.of(
                        "callAsync",
                        limiter -> limiter.callAsync(() -> CompletableFuture.completedFuture(""))
                                .join()),
                Named.of(
                        "weighted callAsync",
                        limiter -> limiter.callAsync(WeightedCall.of(1, () -> CompletableFuture.completedFuture("")))
                                .join()));
    }

    @ParameterizedTest
    @MethodSource("usesOfALimiter")
    void tokenOfALimiterEvictedBeforeItsCallShouldCount(Consumer<RateLimiter> use) {
        KeyedPolicies<RateLimiter> family = registry.keyed(
                RateLimiter.TYPE,
                "f",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofHours(1))
                        .maxWait(Duration.ZERO)
                        .build(),
                1);
        for (int i = 0; i < 3; i++) {
            RateLimiter limiter = family.get("a" + i);
            family.get("other" + i);
            assertThat(registry.find(RateLimiter.TYPE, "f:a" + i)).isEmpty();
            use.accept(limiter);
            assertThat(registry.find(RateLimiter.TYPE, "f:a" + i)).containsSame(limiter);
            askForOthers(family);
            assertThat(family.get("a" + i).tryAcquirePermit()).isEmpty();
        }
    }

    /** Listeners are called before an eviction is over. */
    @Test
    void instanceUsedWhileItIsEvictedShouldReturn() {
        KeyedPolicies<Bulkhead> family = registry.keyed(Bulkhead.TYPE, "f", BulkheadConfig.defaults(), 1);
        CompletableFuture<String> running = new CompletableFuture<>();
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Removed && event.policy() instanceof Bulkhead bulkhead) {
                if (bulkhead.name().equals("f:a") && bulkhead.metrics().asyncActive() == 0) {
                    CompletableFuture<String> call = bulkhead.callAsync(() -> running);
                    assertThat(call).isNotDone();
                }
            }
        });
        Bulkhead used = family.get("a");
        family.get("b");
        assertThat(registry.find(Bulkhead.TYPE, "f:a")).containsSame(used);
        running.complete("");
    }

    private static CircuitBreakerConfig defaults() {
        return CircuitBreakerConfig.defaults();
    }

    private static void askForOthers(KeyedPolicies<?> family) {
        for (int i = 0; i < 50; i++) {
            family.get("other" + i);
        }
    }
}

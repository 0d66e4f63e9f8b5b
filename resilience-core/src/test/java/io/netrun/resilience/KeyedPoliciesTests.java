package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyedPoliciesTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create(new ManualTicker());

    @Test
    void getShouldMakeOneInstanceForEachKey() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(10);
        CircuitBreaker a = hosts.get("a");
        assertThat(hosts.get("a")).isSameAs(a);
        assertThat(hosts.get("b")).isNotSameAs(a);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:a")).containsSame(a);
        assertThat(hosts.size()).isEqualTo(2);
    }

    @Test
    void getBeyondTheLimitShouldLetTheLeastRecentlyUsedGo() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(2);
        hosts.get("a");
        hosts.get("b");
        hosts.get("a");
        hosts.get("c");
        assertThat(registry.all(CircuitBreaker.TYPE))
                .extracting(CircuitBreaker::name)
                .containsExactly("host:a", "host:c");
    }

    @Test
    void getAfterEvictionShouldMakeAFreshInstance() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        WeakReference<CircuitBreaker> first = new WeakReference<>(hosts.get("a"));
        first.get().acquirePermit().onFailure(new IOException());
        hosts.get("b");
        for (int i = 0; i < 100 && first.get() != null; i++) {
            System.gc();
        }
        assertThat(first.get()).isNull();
        assertThat(hosts.get("a").metrics().totalFailed()).isZero();
    }

    /** The first thread to request a key is still creating its instance while another creates, holds and loses one. */
    @Test
    void instanceLostWhileAnotherIsCreatedShouldStayThatOfItsKey() {
        Bulkhead[] held = new Bulkhead[1];
        AtomicReference<KeyedPolicies<Bulkhead>> family = new AtomicReference<>();
        AtomicBoolean nested = new AtomicBoolean();
        family.set(registry.keyed(Bulkhead.TYPE, "tenant", 1, key -> {
            if (key.equals("a") && nested.compareAndSet(false, true)) {
                held[0] = family.get().get("a");
                family.get().get("b");
                assertThat(registry.find(Bulkhead.TYPE, "tenant:a")).isEmpty();
            }
            return BulkheadConfig.defaults();
        }));
        assertThat(family.get().get("a")).isSameAs(held[0]);
        assertThat(family.get().get("a")).isSameAs(held[0]);
        assertThat(registry.find(Bulkhead.TYPE, "tenant:a")).containsSame(held[0]);
    }

    /**
     * A caller has asked for it and has not called through it yet: one more beside it would let in its limit once more.
     */
    @Test
    void evictedInstanceThatIsHeldShouldBeThatOfItsKeyAgain() {
        KeyedPolicies<Bulkhead> tenants = registry.keyed(
                Bulkhead.TYPE,
                "tenant",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build(),
                1);
        Bulkhead held = tenants.get("a");
        tenants.get("b");
        assertThat(tenants.get("a")).isSameAs(held);
        assertThat(registry.find(Bulkhead.TYPE, "tenant:a")).contains(held);
        assertThat(tenants.size()).isEqualTo(1);
    }

    @Test
    void evictedInstanceShouldBeThatOfItsNameAgain() {
        List<String> changes = new ArrayList<>();
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        CircuitBreaker held = hosts.get("a");
        hosts.get("b");
        registry.onChange(event -> changes.add(
                event.getClass().getSimpleName() + " " + event.policy().name()));
        assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "host:a")).isSameAs(held);
        assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "host:a", CircuitBreakerConfig.defaults()))
                .isSameAs(held);
        assertThat(changes).containsExactly("Added host:a");
    }

    @Test
    void evictedInstanceThatReturnsByItsNameShouldNeverGo() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        CircuitBreaker held = hosts.get("a");
        hosts.get("b");
        registry.getOrCreate(CircuitBreaker.TYPE, "host:a");
        hosts.get("c");
        hosts.get("d");
        held.forceOpen();
        assertThat(registry.find(CircuitBreaker.TYPE, "host:a")).containsSame(held);
        assertThat(hosts.get("a")).isSameAs(held);
        assertThat(hosts.size()).isEqualTo(1);
    }

    @Test
    void instanceLostWhileOneOfItsNameIsCreatedShouldStay() {
        AtomicBoolean once = new AtomicBoolean();
        AtomicReference<KeyedPolicies<CircuitBreaker>> family = new AtomicReference<>();
        AtomicReference<CircuitBreaker> held = new AtomicReference<>();
        ResilienceRegistry own = ResilienceRegistry.create(new ManualTicker(), new SettingsSource() {
            @Override
            public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
                KeyedPolicies<CircuitBreaker> hosts = family.get();
                if (name.equals("host:a") && hosts != null && once.compareAndSet(false, true)) {
                    held.set(hosts.get("a"));
                    hosts.get("b"); // evicts it
                }
                return new Settings<>(given == null ? type.defaults() : given, true);
            }
        });
        family.set(own.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), 1));
        assertThat(own.getOrCreate(CircuitBreaker.TYPE, "host:a")).isSameAs(held.get());
    }

    @Test
    void instanceThatWasRemovedShouldNotComeBackBecauseItIsHeld() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        CircuitBreaker removed = hosts.get("a");
        registry.remove(removed);
        assertThat(hosts.get("a")).isNotSameAs(removed);
    }

    @Test
    void settingsShouldBeAskedForWithTheKeyWhenItsInstanceIsMade() {
        List<String> asked = new ArrayList<>();
        KeyedPolicies<CircuitBreaker> hosts = registry.keyed(CircuitBreaker.TYPE, "host", 10, key -> {
            asked.add(key);
            return CircuitBreakerConfig.builder().failureThreshold(key.length()).build();
        });
        hosts.get("abc");
        assertThat(hosts.get("abc").config().failureThreshold()).isEqualTo(3);
        assertThat(asked).containsExactly("abc");
    }

    @Test
    void evictionShouldBeReported() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        List<String> heard = new ArrayList<>();
        registry.onChange(event -> heard.add(
                event.getClass().getSimpleName() + " " + event.policy().name()));
        hosts.get("a");
        hosts.get("b");
        assertThat(heard).containsExactly("Added host:a", "Removed host:a", "Added host:b");
    }

    @Test
    void getWhenKeyIsUnfitForANameShouldThrowAndCreateNothing() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        assertThatIllegalArgumentException().isThrownBy(() -> hosts.get("x".repeat(300)));
        assertThat(hosts.size()).isZero();
    }

    @Test
    void blankKeyShouldBeRejected() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        for (String blank : List.of("", " ", "\u2003")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> hosts.get(blank))
                    .withMessage(
                            "key is '" + blank + "': must not be blank, since all calls without a key would share an"
                                    + " instance of the family 'host'. Give such calls a key of their own, such as (none)");
        }
        assertThat(hosts.size()).isZero();
    }

    @Test
    void limitShouldBeChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hosts(0))
                .withMessage("limit is 0: must be between 1 and 100000");
    }

    @Test
    void registryShouldMatchTheFamilyAfterManyThreadsAsked() throws Exception {
        KeyedPolicies<CircuitBreaker> hosts = hosts(5);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    hosts.get("h" + random.nextInt(12));
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get();
        }
        threads.shutdown();
        assertThat(hosts.size()).isEqualTo(5);
        assertThat(registry.all(CircuitBreaker.TYPE))
                .hasSize(5)
                .allSatisfy(breaker -> assertThat(hosts.get(breaker.name().substring("host:".length())))
                        .isSameAs(breaker));
    }

    @Test
    void familyWhenAskedForAgainShouldBeTheSameWithItsFirstSettings() {
        KeyedPolicies<CircuitBreaker> first = hosts(10);
        KeyedPolicies<CircuitBreaker> again = registry.keyed(
                CircuitBreaker.TYPE,
                "host",
                CircuitBreakerConfig.builder().failureThreshold(1).build(),
                10);
        assertThat(again).isSameAs(first);
        assertThat(again.get("a").config()).isEqualTo(CircuitBreakerConfig.defaults());
        assertThat(registry.keyed(Retry.TYPE, "host", Retry.TYPE.defaults(), 20))
                .isNotSameAs(first);
    }

    @Test
    void familyWhenAskedForWithAnotherLimitShouldSayWhichItHas() {
        hosts(10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hosts(11))
                .withMessage("limit is 11: must be 10, since the circuit-breaker family 'host' exists with that limit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hosts(-1))
                .withMessage("limit is -1: must be between 1 and 100000");
    }

    @Test
    void familyWhenThreadsRaceShouldBeOne() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        Set<CircuitBreaker> seen = ConcurrentHashMap.newKeySet();
        Callable<Boolean> task = () -> seen.add(hosts(5).get("a"));
        for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(200, task))) {
            done.get();
        }
        threads.shutdown();
        assertThat(seen).hasSize(1);
        assertThat(registry.all(CircuitBreaker.TYPE)).hasSize(1);
    }

    @Test
    void singleInstanceShouldBeTheOneOfItsKeyAndNeverGo() {
        CircuitBreaker single = registry.getOrCreate(CircuitBreaker.TYPE, "host:a");
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        assertThat(hosts.get("a")).isSameAs(single);
        hosts.get("b");
        hosts.get("c");
        assertThat(hosts.get("a")).isSameAs(single);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:a")).containsSame(single);
        registry.remove(single);
        assertThat(hosts.get("a")).isNotSameAs(single);
    }

    @Test
    void instanceOfAKeyShouldBeTheSingleOneOfItsName() {
        CircuitBreaker ofKey = hosts(5).get("a");
        assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "host:a")).isSameAs(ofKey);
    }

    @Test
    void familyOfAnInstanceShouldBeTheOneOfItsKey() {
        CircuitBreaker ofKey = hosts(5).get("x:y");
        assertThat(registry.familyOf(ofKey)).contains("host");
        registry.keyed(Bulkhead.TYPE, "single", BulkheadConfig.defaults(), 5);
        assertThat(registry.familyOf(CircuitBreaker.of("host"))).isEmpty();
        assertThat(registry.familyOf(CircuitBreaker.of("single:a"))).isEmpty();
    }

    @Test
    void instanceThatLeftTheRegistryShouldLeaveTheFamily() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(5);
        CircuitBreaker first = hosts.get("a");
        registry.remove(first);
        assertThat(hosts.size()).isZero();
        assertThat(hosts.get("a")).isNotSameAs(first);
        CircuitBreaker other = CircuitBreaker.of("host:a");
        registry.register(other);
        assertThat(hosts.get("a")).isSameAs(other);
    }

    @Test
    void instanceInUseShouldStayBeyondTheLimit() {
        KeyedPolicies<Bulkhead> tenants = tenants(2);
        List<CompletableFuture<String>> running = new ArrayList<>();
        for (int tenant = 0; tenant < 10; tenant++) {
            CompletableFuture<String> call = new CompletableFuture<>();
            running.add(call);
            tenants.get("t" + tenant).callAsync(() -> call);
        }
        for (int tenant = 0; tenant < 10; tenant++) {
            assertThat(tenants.get("t" + tenant).metrics().asyncActive()).isOne();
        }
        assertThat(tenants.size()).isEqualTo(10);
        running.forEach(call -> call.complete("done"));
        for (int visitor = 0; visitor < 20; visitor++) {
            tenants.get("v" + visitor);
        }
        assertThat(tenants.size()).isEqualTo(2);
    }

    @Test
    void limitOfATenantShouldHoldWhileOthersComeBy() {
        KeyedPolicies<Bulkhead> tenants = tenants(2);
        int running = 0;
        for (int i = 0; i < 10; i++) {
            tenants.get("t").callAsync(CompletableFuture::new);
            running += tenants.get("t").metrics().asyncQueued() == 0 ? 1 : 0;
            tenants.get("u" + i);
            tenants.get("v" + i);
        }
        assertThat(running).isOne();
        assertThat(tenants.get("t").metrics().asyncActive()).isOne();
    }

    @Test
    void idleInstanceShouldGoBeforeOneThatRemembers() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(3);
        hosts.get("open").forceOpen();
        hosts.get("failing").acquirePermit().onFailure(new IOException());
        hosts.get("idle");
        hosts.get("idle");
        hosts.get("new");
        assertThat(registry.all(CircuitBreaker.TYPE))
                .extracting(CircuitBreaker::name)
                .containsExactly("host:failing", "host:new", "host:open");
    }

    @Test
    void keysAddedAtTheSameTimeShouldNotExceedTheLimit() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added && event.policy().name().equals("host:a")) {
                hosts.get("b"); // while "a" is in the registry and not in the family yet
            }
        });
        CircuitBreaker a = hosts.get("a");
        assertThat(hosts.size()).isOne();
        assertThat(registry.all(CircuitBreaker.TYPE)).containsExactly(a);
    }

    @Test
    void familyWithAllInUseShouldBeBounded() {
        KeyedPolicies<Bulkhead> tenants = tenants(2);
        for (int tenant = 0; tenant < 3_000; tenant++) {
            tenants.get("t" + tenant).callAsync(CompletableFuture::new);
        }
        assertThat(tenants.size()).isBetween(1_000, 1_010);
    }

    @Test
    void everyPatternShouldSayWhenItIsInUse() {
        CompletableFuture<String> call = new CompletableFuture<>();
        Bulkhead bulkhead = Bulkhead.of("b");
        assertThat(bulkhead.isInUse()).isFalse();
        bulkhead.callAsync(() -> call);
        assertThat(bulkhead.isInUse()).isTrue();
        assertThat(bulkhead.isIdle()).isFalse();
        call.complete("done");
        assertThat(bulkhead.isInUse()).isFalse();

        ManualTicker ticker = new ManualTicker();
        RateLimiter limiter = RateLimiter.of("r", RateLimiter.TYPE.defaults(), ticker);
        assertThat(limiter.isInUse()).isFalse();
        limiter.run(() -> {});
        assertThat(limiter.isInUse()).isTrue();
        ticker.advance(limiter.config().period());
        assertThat(limiter.isInUse()).isFalse();

        CircuitBreaker breaker = CircuitBreaker.of("c");
        assertThat(breaker.isIdle()).isTrue();
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(breaker.isIdle()).isFalse();
        assertThat(breaker.isInUse()).isFalse();
        breaker.reset();
        assertThat(breaker.isIdle()).isTrue();
        breaker.disable();
        assertThat(breaker.isIdle()).isFalse();
        assertThat(Retry.of("r").isIdle()).isTrue();
    }

    @Test
    void newKeyShouldCompareAFewInstancesOnly() {
        AtomicInteger asked = new AtomicInteger();
        PolicyType<Policy, RetryConfig> counted =
                new PolicyType<>("counted", Policy.class, Retry.TYPE.defaults(), (name, config, ticker) -> {
                    Retry retry = Retry.of(name, config, ticker);
                    return (Policy) Proxy.newProxyInstance(
                            getClass().getClassLoader(), new Class<?>[] {Policy.class}, (proxy, method, args) -> {
                                asked.addAndGet(method.getName().startsWith("is") ? 1 : 0);
                                return method.getName().equals("hashCode")
                                        ? (Object) System.identityHashCode(proxy)
                                        : method.invoke(retry, args);
                            });
                });
        KeyedPolicies<Policy> family = registry.keyed(counted, "many", Retry.TYPE.defaults(), 5_000);
        for (int i = 0; i < 6_000; i++) {
            family.get("k" + i);
        }
        assertThat(family.size()).isEqualTo(5_000);
        assertThat(asked.get()).isBetween(2_000, 6_000 + 1_000 * 16 * 4);
    }

    /** While one thread finds nothing to evict, another adds a key and leaves it the eviction. */
    @Test
    void evictionLeftToAThreadThatFailsShouldBeMadeUpFor() {
        AtomicReference<KeyedPolicies<Policy>> family = new AtomicReference<>();
        AtomicBoolean armed = new AtomicBoolean();
        PolicyType<Policy, RetryConfig> used =
                new PolicyType<>("used", Policy.class, Retry.TYPE.defaults(), (name, config, ticker) -> {
                    Retry retry = Retry.of(name, config, ticker);
                    return (Policy) Proxy.newProxyInstance(
                            getClass().getClassLoader(), new Class<?>[] {Policy.class}, (proxy, method, args) -> {
                                if (method.getName().equals("isInUse")) {
                                    if (armed.compareAndSet(true, false)) {
                                        family.get().get("b");
                                    }
                                    return name.equals("f:x") || name.equals("f:y");
                                }
                                return switch (method.getName()) {
                                    case "hashCode" -> System.identityHashCode(proxy);
                                    case "equals" -> proxy == args[0];
                                    default -> method.invoke(retry, args);
                                };
                            });
                });
        family.set(registry.keyed(used, "f", Retry.TYPE.defaults(), 1));
        family.get().get("x");
        family.get().get("y");
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added && event.policy().name().equals("f:a")) {
                armed.set(true);
            }
        });

        family.get().get("a");

        assertThat(family.get().size()).isEqualTo(2);
    }

    @Test
    void keysThatComeAndGoShouldLeaveNothingBehind() throws Exception {
        KeyedPolicies<CircuitBreaker> hosts = hosts(100);
        for (int i = 0; i < 10_000; i++) {
            registry.remove(hosts.get("k" + i));
        }
        assertThat(hosts.size()).isZero();
        Field samples = KeyedPolicies.class.getDeclaredField("samples");
        samples.setAccessible(true);
        assertThat((Collection<?>) samples.get(hosts)).hasSizeLessThan(10);
    }

    private KeyedPolicies<Bulkhead> tenants(int limit) {
        return registry.keyed(
                Bulkhead.TYPE,
                "tenant",
                BulkheadConfig.builder().maxConcurrent(1).build(),
                limit);
    }

    private KeyedPolicies<CircuitBreaker> hosts(int limit) {
        return registry.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), limit);
    }
}

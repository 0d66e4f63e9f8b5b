package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.retry.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of instances that have left the registry. */
@Timeout(120)
class FormerPoliciesTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final BulkheadConfig ONE =
            BulkheadConfig.builder().maxConcurrent(1).build();

    private final ResilienceRegistry registry = ResilienceRegistry.create();

    @Test
    void callThatWaitsInAFormerInstanceShouldEndWithTheRegistry() {
        CompletableFuture<String> replaced = waiting(registry.getOrCreate(Bulkhead.TYPE, "replaced", ONE));
        registry.register(Bulkhead.of("replaced", ONE));
        CompletableFuture<String> removed = waiting(registry.getOrCreate(Bulkhead.TYPE, "removed", ONE));
        registry.remove(Bulkhead.TYPE, "removed");
        Bulkhead known = registry.getOrCreate(Bulkhead.TYPE, "known", ONE);
        CompletableFuture<String> removedByItself = waiting(known);
        registry.remove(known);
        assertThat(List.of(replaced, removed, removedByItself)).noneMatch(CompletableFuture::isDone);
        registry.close();
        for (CompletableFuture<String> each : List.of(replaced, removed, removedByItself)) {
            assertThat(each)
                    .failsWithin(SOON)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(PolicyShutdownException.class);
        }
    }

    @Test
    void instanceThatLeavesAClosedRegistryShouldBeShutDown() {
        registry.close();
        Bulkhead late = Bulkhead.of("late", ONE);
        registry.register(late);
        registry.remove(late);
        late.callAsync(CompletableFuture::new);
        assertThat(late.callAsync(() -> CompletableFuture.completedFuture("x")))
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(PolicyShutdownException.class);
    }

    @Test
    void formerInstanceWithoutUseShouldNotBeKept() {
        FormerPolicies former = new FormerPolicies();
        for (int i = 0; i < 1_000; i++) {
            former.add(Retry.of("r" + i));
        }
        await().atMost(SOON).until(() -> {
            System.gc();
            for (int i = 0; i < 500; i++) {
                former.add(Retry.of("another"));
            }
            return former.size() < 1_000;
        });
    }

    /** A garbage collection finds thousands at once; the next new key must not pay for all of them. */
    @Test
    void collectedInstancesShouldBeForgottenAFewAtATime() {
        FormerPolicies former = new FormerPolicies();
        Retry collected = Retry.of("collected");
        List<FormerPolicies.Former> references = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            references.add(former.addEvicted(i, collected));
        }
        references.forEach(FormerPolicies.Former::enqueue);
        former.add(collected);
        assertThat(former.size()).isEqualTo(1_001 - FormerPolicies.MOST_FORGOTTEN);
        for (int i = 0; i < 1_000 / FormerPolicies.MOST_FORGOTTEN; i++) {
            former.add(collected);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(former.findEvicted(i)).isNull();
        }
        assertThat(former.size()).isEqualTo(1 + 1_000 / FormerPolicies.MOST_FORGOTTEN);
    }

    @Test
    void formerInstanceInUseShouldBeFound() {
        FormerPolicies former = new FormerPolicies();
        Retry used = Retry.of("used");
        former.add(used);
        System.gc();
        List<Policy> found = new ArrayList<>();
        former.forEach(found::add);
        assertThat(found).containsExactly(used);
    }

    @Test
    void evictedInstanceShouldBeFoundByItsKeyUntilItIsTakenBack() {
        FormerPolicies former = new FormerPolicies();
        Retry used = Retry.of("used");
        FormerPolicies.Former earlier = former.addEvicted("key", used);
        FormerPolicies.Former evicted = former.addEvicted("key", used);
        former.forget(earlier);
        assertThat(former.findEvicted("key")).isSameAs(evicted);
        assertThat(evicted.get()).isSameAs(used);
        former.forget(evicted);
        assertThat(former.findEvicted("key")).isNull();
        assertThat(former.size()).isZero();
    }

    private static CompletableFuture<String> waiting(Bulkhead bulkhead) {
        bulkhead.callAsync(CompletableFuture::new);
        return bulkhead.callAsync(() -> CompletableFuture.completedFuture("x"));
    }
}

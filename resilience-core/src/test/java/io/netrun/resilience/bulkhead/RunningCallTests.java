package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.reactor.ReactorGuard;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** A call that runs in a bulkhead refers to it, so that an evicted one is found again, and its limit with it. */
@Timeout(60)
class RunningCallTests {

    /** What the code of the user refers to while its call runs. */
    private final List<Object> held = new ArrayList<>();

    private enum Kind {
        FUTURE {
            @Override
            Object begin(Bulkhead bulkhead) {
                CompletableFuture<String> source = new CompletableFuture<>();
                bulkhead.callAsync(() -> source);
                return source;
            }
        },
        CANCELLED {
            @Override
            Object begin(Bulkhead bulkhead) {
                CompletableFuture<String> source = new CompletableFuture<>();
                bulkhead.callAsync(source::minimalCompletionStage).cancel(true);
                return source;
            }
        },
        MONO {
            @Override
            Object begin(Bulkhead bulkhead) {
                CompletableFuture<String> source = new CompletableFuture<>();
                ReactorGuard.of(bulkhead).mono(() -> Mono.fromFuture(source)).subscribe();
                return source;
            }
        },
        PERMIT {
            @Override
            Object begin(Bulkhead bulkhead) {
                return bulkhead.tryAcquirePermit().orElseThrow();
            }
        },
        OBSERVED {
            @Override
            Object begin(Bulkhead bulkhead) {
                bulkhead.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
                return bulkhead.tryAcquirePermit().orElseThrow();
            }
        };

        abstract Object begin(Bulkhead bulkhead);
    }

    private WeakReference<Bulkhead> begin(Kind kind) {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        held.add(kind.begin(bulkhead));
        return new WeakReference<>(bulkhead);
    }

    private static void collect() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return garbage.get() == null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void callShouldKeepItsBulkhead(Kind kind) {
        WeakReference<Bulkhead> bulkhead = begin(kind);
        collect();
        assertThat(bulkhead.get()).isNotNull().returns(true, Bulkhead::isInUse);
        Reference.reachabilityFence(held);
    }

    @Test
    void evictedBulkheadOfARunningCallShouldBeThatOfItsKeyAgain() {
        KeyedPolicies<Bulkhead> family = ResilienceRegistry.create()
                .keyed(
                        Bulkhead.TYPE,
                        "f",
                        BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build(),
                        1);
        for (int key = 0; key < 1_100; key++) { // beyond the bound of those in use
            held.add(family.get("key" + key).tryAcquirePermit().orElseThrow());
        }
        collect();
        for (int key = 0; key < 1_100; key++) {
            assertThat(family.get("key" + key).tryAcquirePermit()).isEmpty();
        }
    }

    private enum End {
        RESULT,
        FAILURE,
        CANCEL
    }

    /** Makes a call that ends, and returns its future. */
    private static CompletableFuture<String> ended(Bulkhead bulkhead, End end) {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> call = bulkhead.callAsync(() -> source);
        switch (end) {
            case RESULT -> source.complete("");
            case FAILURE -> source.completeExceptionally(new IllegalStateException());
            case CANCEL -> call.cancel(true);
        }
        return call;
    }

    @ParameterizedTest
    @EnumSource
    void futureOfAnEndedCallShouldNotKeepItsBulkhead(End end) {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxQueue(0));
        CompletableFuture<String> call = ended(bulkhead, end);
        WeakReference<Bulkhead> reference = new WeakReference<>(bulkhead);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        bulkhead = null;
        await().untilAsserted(() -> {
            System.gc();
            assertThat(reference.get()).isNull();
        });
        Reference.reachabilityFence(call);
    }
}

package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A call that starts many others at once, and goes on when they have ended, keeps nothing of them. */
@org.junit.jupiter.api.Timeout(60)
class BatchInScopeTests {

    private static final int CALLS = 40;

    private final Timeout around = Timeout.of("around", c -> c.duration(Duration.ofMinutes(10)));

    @Test
    void resultsOfCallsThatWaitedForAPermitShouldNotBeKept() {
        Bulkhead bulkhead =
                Bulkhead.of("b", c -> c.maxConcurrent(2).maxQueue(CALLS).maxWait(Duration.ofMinutes(1)));
        List<WeakReference<?>> kept = new ArrayList<>();
        around.run(() -> {
            runBatch(kept, source -> bulkhead.callAsync(() -> source));
            awaitGone(kept);
        });
    }

    @Test
    void resultsAndFailuresOfRetriedCallsShouldNotBeKept() {
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).maxAttempts(2));
        List<WeakReference<?>> kept = new ArrayList<>();
        around.run(() -> {
            runBatch(kept, source -> {
                AtomicInteger attempts = new AtomicInteger();
                return retry.callAsync(() -> {
                    if (attempts.incrementAndGet() > 1) {
                        return source;
                    }
                    IOException first = new IOException("first");
                    synchronized (kept) {
                        kept.add(new WeakReference<>(first));
                    }
                    return CompletableFuture.failedFuture(first);
                });
            });
            assertThat(kept).hasSize(2 * CALLS);
            awaitGone(kept);
        });
    }

    @Test
    void failuresOfCallsThatAreExhaustedShouldNotBeKept() {
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).maxAttempts(2));
        List<WeakReference<?>> kept = new ArrayList<>();
        around.run(() -> {
            runBatch(
                    kept,
                    source -> retry.callAsync(() -> {
                                IOException down = new IOException("down");
                                synchronized (kept) {
                                    kept.add(new WeakReference<>(down));
                                }
                                return CompletableFuture.failedFuture(down);
                            })
                            .exceptionallyCompose(thrown -> source));
            awaitGone(kept);
        });
    }

    @Test
    void failuresOfSyncCallsShouldNotBeKept() {
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).maxAttempts(2));
        List<WeakReference<?>> kept = new ArrayList<>();
        around.run(() -> {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                threads.add(new Thread(ContextPropagation.wrap(() -> fail(retry, kept))));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                join(thread);
            }
            threads.clear();
            awaitGone(kept);
        });
    }

    private static void fail(Retry retry, List<WeakReference<?>> kept) {
        try {
            retry.call(() -> {
                IOException down = new IOException("down");
                synchronized (kept) {
                    kept.add(new WeakReference<>(down));
                }
                throw down;
            });
        } catch (Exception expected) {
            // It is not kept here.
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In a frame of its own, which keeps nothing. */
    private static void runBatch(
            List<WeakReference<?>> kept, Function<CompletableFuture<Object>, CompletableFuture<Object>> start) {
        List<CompletableFuture<Object>> sources = new ArrayList<>();
        List<CompletableFuture<Object>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            CompletableFuture<Object> source = new CompletableFuture<>();
            sources.add(source);
            calls.add(start.apply(source));
        }
        for (CompletableFuture<Object> source : sources) {
            Object result = new Object();
            synchronized (kept) {
                kept.add(new WeakReference<>(result));
            }
            source.complete(result);
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
    }

    private static void awaitGone(List<WeakReference<?>> kept) {
        await().until(() -> {
            System.gc();
            synchronized (kept) {
                return kept.stream().allMatch(each -> each.get() == null);
            }
        });
    }
}

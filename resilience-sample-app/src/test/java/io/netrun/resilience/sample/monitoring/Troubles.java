package io.netrun.resilience.sample.monitoring;

import io.netrun.resilience.Permit;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A name for each kind of problem, which goes on for as long as it is played. */
final class Troubles implements AutoCloseable {

    static final String PREFIX = "trouble-";

    private static final Duration LONG = Duration.ofHours(1);
    private static final long CYCLE_NANOS = TimeUnit.SECONDS.toNanos(7);
    private static final int OPENINGS = 6;

    private final ResilienceRegistry registry;
    private final List<Permit> held = new ArrayList<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final Map<String, String> levels = new TreeMap<>();
    private final CircuitBreaker open;
    private final CircuitBreaker failing;
    private final CircuitBreaker few;
    private final CircuitBreaker flapping;
    private final CircuitBreaker late;
    private final Bulkhead full;
    private final Bulkhead seldom;
    private final CompletableFuture<String> running = new CompletableFuture<>();
    private final CompletableFuture<String> waiting;
    private final RateLimiter limited;
    private final Retry exhausted;
    private final Retry denied;
    private final Timeout timeout;
    private final Timeout lateTimeout;
    private final long began = System.nanoTime();
    private long cycle = -1;

    Troubles(ResilienceRegistry registry) {
        this.registry = registry;
        open = circuit("open", 1, "rejecting[circuit open: calls are rejected]");
        circuit("forced", 1, "forced[circuit forced open: calls are rejected until it is half-opened or reset]")
                .forceOpen();
        circuit("disabled", 1, "warning[circuit disabled: calls pass unprotected until it is half-opened or reset]")
                .disable();
        circuit("half-open", 1, "warning[circuit half-open: trials decide]").halfOpen();
        failing = circuit("failing", 1_000_000, "failing[calls fail]");
        few = circuit("few", 1_000_000, null);
        flapping = circuit("flapping", 1, "warning[circuit opened three times or more in the last 15 minutes]");
        late = circuit("late-calls", 1_000_000, "failing[calls fail, calls time out]");
        full = bulkhead("full", 0, "rejecting[bulkhead full]");
        held.add(full.acquirePermit());
        seldom = bulkhead("seldom-full", 0, "warning[bulkhead full at times]");
        Bulkhead queue = bulkhead("waiting", 5, "warning[calls wait for a permit]");
        queue.callAsync(() -> running);
        waiting = queue.callAsync(() -> new CompletableFuture<String>());
        limited = registry.getOrCreate(
                RateLimiter.TYPE,
                named("limited", "rejecting[rate limit exceeded]"),
                RateLimiterConfig.builder().limit(1).period(LONG).build());
        exhausted = registry.getOrCreate(
                Retry.TYPE,
                named("exhausted", "warning[retries are exhausted: calls fail after their last attempt]"),
                RetryConfig.builder().maxAttempts(1).build());
        denied = registry.getOrCreate(
                Retry.TYPE,
                named("denied", null),
                RetryConfig.builder()
                        .maxAttempts(2)
                        .baseDelay(Duration.ofMillis(1))
                        .budget(RetryBudget.of("troubles"))
                        .build());
        registry.getOrCreate(Retry.TYPE, named("off", "warning[retry switched off: calls bypass it]"))
                .setEnabled(false);
        registry.getOrCreate(
                        RateLimiter.TYPE, named("limiter-off", "warning[rate limiter switched off: calls bypass it]"))
                .setEnabled(false);
        timeout = registry.getOrCreate(Timeout.TYPE, named("late", "warning[calls time out]"), shortest());
        lateTimeout = registry.getOrCreate(Timeout.TYPE, PREFIX + "late-calls", shortest());
    }

    private static TimeoutConfig shortest() {
        return TimeoutConfig.builder().duration(Duration.ofMillis(1)).build();
    }

    private String named(String name, String words) {
        if (words != null) {
            levels.put(PREFIX + name, words);
        }
        return PREFIX + name;
    }

    private CircuitBreaker circuit(String name, int threshold, String words) {
        return registry.getOrCreate(
                CircuitBreaker.TYPE,
                named(name, words),
                CircuitBreakerConfig.builder()
                        .failureThreshold(threshold)
                        .openDuration(LONG)
                        .build());
    }

    private Bulkhead bulkhead(String name, int maxQueue, String words) {
        return registry.getOrCreate(
                Bulkhead.TYPE,
                named(name, words),
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(maxQueue).build());
    }

    /** The level of names with the words for its causes, without numbers, where they do not depend on the machine. */
    Map<String, String> levels() {
        return levels;
    }

    /** Those that are problems. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(levels.keySet());
        names.add(denied.name());
        return names;
    }

    void play() {
        fail(open);
        for (int i = 0; i < 4; i++) {
            fail(failing);
            failing.run(() -> {});
        }
        fail(few);
        for (int i = 0; i < 20; i++) {
            few.run(() -> {});
            seldom.run(() -> {});
            failQuietly(() -> denied.run(Troubles::throwIt));
        }
        failQuietly(() -> full.run(() -> {}));
        seldom.run(() -> failQuietly(() -> seldom.run(() -> {})));
        limited.tryAcquirePermit();
        failQuietly(() -> exhausted.run(Troubles::throwIt));
        failQuietly(() -> timeout.run(() -> never.await(1, TimeUnit.MINUTES)));
        failQuietly(() -> late.run(() -> lateTimeout.run(() -> never.await(1, TimeUnit.MINUTES))));
        flap();
    }

    /** Open for a part of each of the first cycles, and closed then. */
    private void flap() {
        long passed = System.nanoTime() - began;
        long now = passed / CYCLE_NANOS;
        if (now < OPENINGS && now != cycle) {
            cycle = now;
            flapping.reset();
            fail(flapping);
        } else if (passed % CYCLE_NANOS > CYCLE_NANOS / 2) {
            if (flapping.state() != CircuitBreaker.State.CLOSED) {
                flapping.reset();
            }
        }
    }

    private static void fail(CircuitBreaker breaker) {
        failQuietly(() -> breaker.run(Troubles::throwIt));
    }

    private static void throwIt() {
        throw new IllegalStateException("in trouble");
    }

    private interface Call {

        void run() throws Exception;
    }

    private static void failQuietly(Call call) {
        try {
            call.run();
        } catch (Exception expected) {
            // what it is for
        }
    }

    @Override
    public void close() {
        held.forEach(Permit::close);
        waiting.cancel(true);
        running.complete("over");
        registry.all().stream()
                .filter(policy -> policy.name().startsWith(PREFIX))
                .toList()
                .forEach(registry::remove);
    }
}

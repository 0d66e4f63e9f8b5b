package io.netrun.resilience.storm;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One chain of policies in the storm, with listeners that throw and a circuit breaker next to the body. */
final class StormGuard {

    private final String name;
    private final Pipeline pipeline;
    private final CircuitBreaker breaker;
    private final HostileBodies bodies;

    private StormGuard(String name, List<? extends AbstractPolicy<?>> around, Identity identity, HostileBodies bodies) {
        this.name = name;
        this.bodies = bodies;
        this.breaker = CircuitBreaker.of(
                name,
                c -> c.failureThreshold(50)
                        .openDuration(Duration.ofNanos(100_000))
                        .halfOpenMaxCalls(3));
        List<AbstractPolicy<?>> policies = new ArrayList<>(around);
        policies.add(breaker);
        for (AbstractPolicy<?> policy : policies) {
            policy.on(ResilienceEvent.class, event -> {
                identity.checkOne("listener to " + event.getClass().getSimpleName());
                throw new IllegalStateException("the listener failed");
            });
        }
        this.pipeline = Pipeline.of(policies);
    }

    static List<StormGuard> all(Identity identity, ForeignStages stages) {
        return List.of(
                new StormGuard(
                        "worker",
                        List.of(timeout("worker", TimeoutThread.WORKER), retry("worker"), bulkhead("worker")),
                        identity,
                        new HostileBodies(identity, stages)),
                new StormGuard(
                        "caller",
                        List.of(bulkhead("caller"), retry("caller"), timeout("caller", TimeoutThread.CALLER)),
                        identity,
                        new HostileBodies(identity, stages)),
                new StormGuard(
                        "hedged",
                        List.of(
                                timeout("hedged", TimeoutThread.AUTO),
                                bulkhead("hedged"),
                                Hedge.of(
                                        "hedged",
                                        c -> c.delay(Duration.ofMillis(2)).maxAttempts(3))),
                        identity,
                        new HostileBodies(identity, stages)),
                new StormGuard(
                        "recovered",
                        List.of(
                                Fallback.of(
                                        "recovered",
                                        c -> c.handle(failure -> {
                                            identity.checkOne("fallback");
                                            throw Failures.sneak(failure);
                                        })),
                                timeout("recovered", TimeoutThread.WORKER),
                                RateLimiter.of(
                                        "recovered",
                                        c -> c.limit(2_000)
                                                .period(Duration.ofSeconds(1))
                                                .maxWait(Duration.ofMillis(10)))),
                        identity,
                        new HostileBodies(identity, stages)));
    }

    private static Timeout timeout(String name, TimeoutThread thread) {
        return Timeout.of(name, c -> c.duration(Duration.ofMillis(10)).thread(thread));
    }

    private static Retry retry(String name) {
        return Retry.of(name, c -> c.maxAttempts(2).baseDelay(Duration.ofMillis(1)));
    }

    private static Bulkhead bulkhead(String name) {
        return Bulkhead.of(name, c -> c.maxConcurrent(3).maxQueue(4).maxWait(Duration.ofMillis(5)));
    }

    String name() {
        return name;
    }

    Guard guard() {
        return pipeline;
    }

    HostileBodies bodies() {
        return bodies;
    }

    /** What is wrong after the last call; empty if everything was released and counted. */
    List<String> unsettled() {
        List<String> wrong = new ArrayList<>();
        CircuitBreakerMetrics counted = breaker.metrics();
        long ended = counted.totalSucceeded() + counted.totalFailed() + counted.totalIgnored();
        // A call that is abandoned between its admission and its body counts as cancelled without a run.
        if (bodies.runs() < ended || bodies.runs() > ended + counted.totalCancelled()) {
            wrong.add(name + ": " + bodies.runs() + " runs, but " + counted);
        }
        for (Policy policy : pipeline.policies()) {
            if (policy instanceof Bulkhead bulkhead) {
                BulkheadMetrics metrics = bulkhead.metrics();
                expect(wrong, "permits held", 0, metrics.syncActive() + metrics.asyncActive());
                expect(wrong, "waiters of the bulkhead", 0, metrics.syncQueued() + metrics.asyncQueued());
            } else if (policy instanceof Timeout timeout) {
                expect(wrong, "abandoned calls", 0, timeout.metrics().abandoned());
            } else if (policy instanceof Hedge hedge) {
                expect(wrong, "running hedges", 0, hedge.metrics().active());
            } else if (policy instanceof RateLimiter limiter) {
                expect(
                        wrong,
                        "waiters of the rate limiter",
                        0,
                        limiter.metrics().waiting());
            }
        }
        return wrong;
    }

    private void expect(List<String> wrong, String what, long expected, long actual) {
        if (expected != actual) {
            wrong.add(name + ": " + what + " are " + actual + " instead of " + expected);
        }
    }
}

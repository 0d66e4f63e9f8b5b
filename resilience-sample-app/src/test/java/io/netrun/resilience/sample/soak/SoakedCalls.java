package io.netrun.resilience.sample.soak;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Mono;

/** Protected methods of every kind. They count how often they really run. */
class SoakedCalls {

    private final Map<String, LongAdder> runs = new ConcurrentHashMap<>();

    @Timeout(name = "sync", duration = "60ms", thread = "worker", maxAbandoned = 50)
    @Bulkhead(name = "sync", maxConcurrent = 6, maxQueue = 4, maxWait = "20ms")
    @Retry(name = "sync", maxAttempts = 3, baseDelay = "1ms")
    @CircuitBreaker(
            name = "sync",
            detection = "count-window",
            windowSize = 50,
            minimumCalls = 20,
            failureRateThreshold = 60,
            openDuration = "20ms",
            ignoreExceptions = IllegalArgumentException.class)
    public String sync(Fault fault) {
        ran("sync");
        return fault.happen();
    }

    @Timeout(name = "async", duration = "60ms")
    @Bulkhead(name = "async", maxConcurrent = 6, maxQueue = 4, maxWait = "20ms")
    @Retry(name = "async", maxAttempts = 3, baseDelay = "1ms")
    @CircuitBreaker(
            name = "async",
            failureThreshold = 20,
            openDuration = "20ms",
            ignoreExceptions = IllegalArgumentException.class)
    @AttemptTimeout(name = "async-attempt", duration = "25ms")
    public CompletableFuture<String> async(Fault fault) {
        ran("async");
        return fault.happenLater();
    }

    @Timeout(name = "reactive", duration = "60ms")
    @Bulkhead(name = "reactive", maxConcurrent = 6, maxQueue = 4, maxWait = "20ms")
    @Retry(name = "reactive", maxAttempts = 3, baseDelay = "1ms")
    @CircuitBreaker(
            name = "reactive",
            detection = "time-window",
            windowDuration = "1s",
            minimumCalls = 20,
            failureRateThreshold = 60,
            openDuration = "20ms",
            ignoreExceptions = IllegalArgumentException.class)
    public Mono<String> reactive(Fault fault) {
        ran("reactive");
        return Mono.fromFuture(fault::happenLater);
    }

    @Fallback(name = "paced", method = "instead")
    @RateLimiter(name = "paced", limit = 200, period = "1s", burst = 5, maxWait = "15ms")
    @Hedge(name = "paced", delay = "5ms", maxAttempts = 2)
    public CompletableFuture<String> paced(Fault fault) {
        ran("paced");
        return fault.happenLater().orTimeout(40, TimeUnit.MILLISECONDS);
    }

    CompletableFuture<String> instead(Fault fault, Exception failure) {
        return CompletableFuture.completedFuture("instead of " + fault);
    }

    /** How often the method of this name has run. */
    public long runs(String method) {
        return runs.getOrDefault(method, new LongAdder()).sum();
    }

    private void ran(String method) {
        runs.computeIfAbsent(method, name -> new LongAdder()).increment();
    }
}

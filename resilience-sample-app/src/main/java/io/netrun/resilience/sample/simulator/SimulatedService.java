package io.netrun.resilience.sample.simulator;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** A downstream service of the shop that behaves as its knobs are set. A slow answer holds no thread. */
final class SimulatedService {

    private final String name;
    private Knobs knobs = Knobs.HEALTHY;

    SimulatedService(String name) {
        this.name = name;
    }

    synchronized Knobs knobs() {
        return knobs;
    }

    synchronized Knobs change(KnobsJson change) {
        knobs = change.applyTo(knobs);
        return knobs;
    }

    /** Answers after the latency, or fails with status 503. */
    CompletableFuture<ResponseEntity<Object>> answer(Supplier<ResponseEntity<Object>> good) {
        Knobs now = nextCall();
        boolean fails = now.failNext() > 0 || ThreadLocalRandom.current().nextDouble() < now.failureRate();
        Duration latency = now.slowNext() > 0 ? Knobs.SLOW : now.latency();
        return CompletableFuture.supplyAsync(
                fails ? this::failure : good, CompletableFuture.delayedExecutor(latency.toMillis(), MILLISECONDS));
    }

    private synchronized Knobs nextCall() {
        Knobs now = knobs;
        knobs = now.afterCall();
        return now;
    }

    private ResponseEntity<Object> failure() {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(Map.of("error", name + " is down"));
    }
}

package io.netrun.resilience.reactor;

import io.netrun.resilience.Guard;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.util.stream.Stream;

/** A guard of each pattern that lets a call through and does nothing else for an hour. */
final class EveryGuard {

    private EveryGuard() {}

    static Stream<Guard> guards() {
        return Stream.of(
                CircuitBreaker.of("c"),
                Bulkhead.of("b"),
                Retry.of("r"),
                Timeout.of("t", c -> c.duration(Duration.ofHours(1))),
                Hedge.of("h", c -> c.delay(Duration.ofHours(1))),
                Fallback.of("f", c -> c.value("else")));
    }
}

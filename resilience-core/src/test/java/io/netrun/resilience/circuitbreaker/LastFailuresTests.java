package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The latest failures are listed in their order, whatever other threads count meanwhile. */
@Timeout(60)
class LastFailuresTests {

    private final ReadTicker ticker = new ReadTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c", CircuitBreakerConfig.builder().failureThreshold(1_000_000).build(), ticker);

    private void fail(int from, int to) {
        IntStream.rangeClosed(from, to)
                .forEach(number -> catchThrowable(() -> breaker.run(() -> {
                    throw new IllegalStateException(String.valueOf(number));
                })));
    }

    private List<Integer> listed() {
        return breaker.lastFailures().stream()
                .map(failure -> Integer.valueOf(Objects.requireNonNull(failure.message())))
                .toList();
    }

    @Test
    void failureThatIsKeptLateShouldNotReplaceALaterOne() {
        fail(1, 3);
        ticker.beforeNextReading(() -> fail(5, 14));
        fail(4, 4); // the others come while it is counted
        assertThat(listed()).containsExactly(14, 13, 12, 11, 10);
    }

    @Test
    void failureThatIsBeingCountedShouldLeaveTheFiveBeforeIt() {
        fail(1, 8);
        List<Integer> meanwhile = new ArrayList<>();
        ticker.beforeNextReading(() -> meanwhile.addAll(listed()));
        fail(9, 9);
        assertThat(meanwhile).containsExactly(8, 7, 6, 5, 4);
    }

    @Test
    void failuresShouldBeSortedWhileOthersArrive() throws InterruptedException {
        CircuitBreaker shared = CircuitBreaker.of("c", c -> c.failureThreshold(1_000_000_000));
        AtomicBoolean over = new AtomicBoolean();
        Thread failing = new Thread(() -> {
            for (int number = 0; !over.get(); number++) {
                IllegalStateException failure = new IllegalStateException(String.valueOf(number));
                catchThrowable(() -> shared.run(() -> {
                    throw failure;
                }));
            }
        });
        failing.start();
        try {
            for (int reads = 0; reads < 20_000; reads++) {
                List<Integer> numbers = shared.lastFailures().stream()
                        .map(failure -> Integer.valueOf(Objects.requireNonNull(failure.message())))
                        .toList();
                assertThat(numbers).isSortedAccordingTo(Collections.reverseOrder());
                assertThat(new HashSet<>(numbers)).hasSameSizeAs(numbers);
            }
        } finally {
            over.set(true);
            failing.join();
        }
    }
}

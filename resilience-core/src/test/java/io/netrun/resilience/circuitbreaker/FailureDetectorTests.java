package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every detector, and the edges of each. */
class FailureDetectorTests {

    private static final int FEW = 4;

    private final ManualTicker ticker = new ManualTicker();

    // ---- all

    @ParameterizedTest
    @EnumSource
    void successesAloneShouldNeverOpen(Detection detection) {
        FailureDetector detector = detector(detection);
        for (int i = 0; i < 1_000; i++) {
            assertThat(detector.record(false, false)).isFalse();
        }
        assertThat(detector.failureCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void failuresAloneShouldOpenWithTheOneThatIsEnough(Detection detection) {
        FailureDetector detector = detector(detection);
        for (int i = 1; i < FEW; i++) {
            assertThat(detector.record(true, false)).isFalse();
            assertThat(detector.failureCount()).isEqualTo(i);
        }
        assertThat(detector.record(true, false)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void failuresFromManyThreadsShouldAllBeCounted(Detection detection) throws Exception {
        CircuitBreakerConfig config = CircuitBreakerConfig.builder()
                .failureThreshold(Integer.MAX_VALUE)
                .build()
                .toBuilder()
                .windowSize(40_000)
                .minimumCalls(Integer.MAX_VALUE)
                .build()
                .toBuilder()
                .detection(detection)
                .build();
        FailureDetector detector = FailureDetector.of(config, ticker);
        inFourThreads(() -> {
            for (int i = 0; i < 10_000; i++) {
                detector.record(true, false);
            }
        });
        assertThat(detector.failureCount()).isEqualTo(40_000);
    }

    @ParameterizedTest
    @EnumSource
    void failuresFromManyThreadsShouldOpenTheCircuitOnce(Detection detection) throws Exception {
        for (int round = 0; round < 200; round++) {
            CircuitBreaker breaker = CircuitBreaker.of("test", few(detection).build(), ticker);
            AtomicInteger openings = new AtomicInteger();
            breaker.onStateChange((from, to) -> openings.incrementAndGet());
            inFourThreads(() -> {
                for (int i = 0; i < FEW; i++) {
                    try {
                        breaker.acquirePermit().onFailure(new AssertionError());
                    } catch (CircuitOpenException expected) {
                        return;
                    }
                }
            });
            assertThat(openings).hasValue(1);
            assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        }
    }

    // ---- consecutive

    @Test
    void consecutiveShouldForgetTheRowWithOneSuccess() {
        FailureDetector detector = detector(Detection.CONSECUTIVE);
        detector.record(true, false);
        detector.record(true, false);
        detector.record(true, false);
        detector.record(false, false);
        assertThat(detector.failureCount()).isZero();
        assertThat(detector.record(true, false)).isFalse();
    }

    // ---- windows

    @Test
    void countWindowOfOneCallShouldOpenWithOneFailure() {
        FailureDetector detector =
                FailureDetector.of(few(Detection.COUNT_WINDOW).windowSize(1).build(), ticker);
        assertThat(detector.record(false, false)).isFalse();
        assertThat(detector.record(true, false)).isTrue();
        assertThat(detector.failureCount()).isEqualTo(1);
        assertThat(detector.record(false, false)).isFalse();
        assertThat(detector.failureCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void successThatCompletesTheMinimumShouldOpen(Detection detection) {
        FailureDetector detector = FailureDetector.of(
                few(detection).failureRateThreshold(50).minimumCalls(4).build(), ticker);
        detector.record(true, false);
        detector.record(true, false);
        detector.record(false, false);
        assertThat(detector.record(false, false)).isTrue();
    }

    /** Small windows, so that threads meet in the same slots; what is left must add up in the end. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10})
    void countWindowShouldKeepItsSumsWhateverThreadsDo(int size) throws Exception {
        CountWindow window = new CountWindow(few(Detection.COUNT_WINDOW)
                .windowSize(size)
                .slowCallDuration(Duration.ofSeconds(1))
                .build());
        inFourThreads(() -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            for (int i = 0; i < 100_000; i++) {
                window.record(random.nextBoolean(), random.nextBoolean());
            }
        });
        for (int left = size - 1; left >= 0; left--) {
            window.record(false, false);
            assertThat(window.failureCount()).isBetween(0, left);
        }
        for (int failures = 1; failures <= size; failures++) {
            window.record(true, false);
            assertThat(window.failureCount()).isEqualTo(failures);
        }
    }

    @Test
    void countWindowThatIsResizedWhileCallsEndShouldLoseNone() throws Exception {
        CountWindow window =
                new CountWindow(few(Detection.COUNT_WINDOW).windowSize(50_000).build());
        AtomicInteger sizes = new AtomicInteger(50_000);
        inFourThreads(() -> {
            for (int i = 0; i < 10_000; i++) {
                window.record(true, false);
                if (i % 1_000 == 0) {
                    synchronized (sizes) {
                        window.tryReconfigure(few(Detection.COUNT_WINDOW)
                                .windowSize(sizes.decrementAndGet())
                                .build());
                    }
                }
            }
        });
        assertThat(window.failureCount()).isEqualTo(40_000);
    }

    @Test
    void timeWindowWhoseSlicesChangeWhileCallsEndShouldLoseNone() throws Exception {
        TimeWindow window = new TimeWindow(few(Detection.TIME_WINDOW).build(), ticker);
        inFourThreads(() -> {
            for (int i = 0; i < 10_000; i++) {
                window.record(true, false);
                if (i % 5_000 == 0) {
                    ticker.advance(Duration.ofSeconds(6));
                }
            }
        });
        assertThat(window.failureCount()).isEqualTo(40_000);
    }

    @Test
    void sliceThatIsFullShouldBeFollowedByAnotherOfTheSameTime() {
        TimeWindow window = new TimeWindow(few(Detection.TIME_WINDOW).build(), ticker);
        for (int i = 0; i < 5_000_000; i++) {
            window.record(true, true);
        }
        assertThat(window.failureCount()).isEqualTo(5_000_000);
        ticker.advance(Duration.ofSeconds(60));
        assertThat(window.failureCount()).isZero();
    }

    @Test
    void timeWindowWhenIdleForLongerThanItselfShouldBeEmpty() {
        FailureDetector detector = detector(Detection.TIME_WINDOW);
        detector.record(true, false);
        ticker.advance(Duration.ofDays(400));
        assertThat(detector.failureCount()).isZero();
        detector.record(true, false);
        assertThat(detector.failureCount()).isEqualTo(1);
    }

    @Test
    void timeWindowShouldKeepAnOutcomeForNineTenthsAtLeast() {
        FailureDetector detector = detector(Detection.TIME_WINDOW);
        ticker.advance(Duration.ofMillis(5_999));
        detector.record(true, false);
        ticker.advance(Duration.ofSeconds(54));
        assertThat(detector.failureCount()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(1));
        assertThat(detector.failureCount()).isZero();
    }

    // ---- slow calls

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void slowCallsShouldOpenAtTheirRateAlthoughTheySucceed(Detection detection) {
        CircuitBreaker breaker = slow(detection);
        for (int i = 0; i < FEW; i++) {
            assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
            breaker.run(() -> ticker.advance(Duration.ofSeconds(2)));
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(FEW);
    }

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void fastCallsShouldNotOpen(Detection detection) {
        CircuitBreaker breaker = slow(detection);
        for (int i = 0; i < 100; i++) {
            breaker.run(
                    () -> ticker.advance(Duration.ofNanos(Duration.ofSeconds(2).toNanos() - 1)));
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void slowCallsShouldBeCountedHoweverTheyEnd(Detection detection) {
        CircuitBreaker breaker = slow(detection);
        breaker.run(() -> ticker.advance(Duration.ofSeconds(2)));
        catchThrowable(() -> breaker.run(() -> {
            ticker.advance(Duration.ofSeconds(2));
            throw new IOException();
        }));
        breaker.run(() -> ticker.advance(Duration.ofSeconds(1)));
        breaker.reset();
        assertThat(breaker.metrics().totalSlow()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void callsThatHangShouldOpenBeforeAnyOfThemHasEnded(Detection detection) {
        CircuitBreaker breaker = slow(detection);
        for (int i = 0; i < FEW; i++) {
            breaker.acquirePermit();
        }
        ticker.advance(Duration.ofMillis(2_200));
        assertThat(catchThrowable(breaker::acquirePermit)).isInstanceOf(CircuitOpenException.class);
    }

    @Test
    void callThatWasCancelledShouldNoLongerCountAsHanging() {
        CircuitBreaker breaker = slow(Detection.COUNT_WINDOW);
        for (int i = 0; i < FEW; i++) {
            breaker.acquirePermit().close();
        }
        ticker.advance(Duration.ofSeconds(5));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void resetShouldForgetSlowCallsAndFailures(Detection detection) {
        CircuitBreaker breaker = slow(detection);
        for (int i = 0; i < FEW - 1; i++) {
            catchThrowable(() -> breaker.run(() -> {
                ticker.advance(Duration.ofSeconds(2));
                throw new IOException();
            }));
        }
        breaker.reset();
        breaker.run(() -> ticker.advance(Duration.ofSeconds(2)));
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(breaker.metrics().failureCount()).isZero();
    }

    @Test
    void slowTrialShouldReopen() {
        CircuitBreaker breaker = slow(Detection.COUNT_WINDOW);
        for (int i = 0; i < FEW; i++) {
            breaker.run(() -> ticker.advance(Duration.ofSeconds(2)));
        }
        ticker.advance(Duration.ofSeconds(60));
        breaker.run(() -> ticker.advance(Duration.ofSeconds(2)));
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void overdueShouldCountTheCallsThatStillRunAndNoOthers() {
        long start = ticker.nanoTime(); // near the end of long: what follows overflows
        RunningCalls running = new RunningCalls(1_000, start);
        List<RunningCalls.Slice> begun = new ArrayList<>();
        for (long now = 0; now < 5_000; now += 10) {
            begun.add(running.begin(start + now));
        }
        long end = start + 10_000;
        assertThat(running.overdue(end)).isEqualTo(500);
        begun.subList(0, 300).forEach(RunningCalls.Slice::leave);
        assertThat(running.overdue(end)).isEqualTo(200);
        begun.subList(300, 500).forEach(RunningCalls.Slice::leave);
        running.begin(end);
        assertThat(running.overdue(end)).isZero();
    }

    // ---- fixtures

    private FailureDetector detector(Detection detection) {
        return FailureDetector.of(few(detection).build(), ticker);
    }

    /** Opens with the fourth failure of four calls. */
    private static CircuitBreakerConfig.Builder few(Detection detection) {
        return CircuitBreakerConfig.builder().failureThreshold(FEW).build().toBuilder()
                .failureRateThreshold(100)
                .minimumCalls(FEW)
                .build()
                .toBuilder()
                .detection(detection);
    }

    /** Opens when four calls of four take two seconds. */
    private CircuitBreaker slow(Detection detection) {
        return CircuitBreaker.of(
                "test", few(detection).slowCallDuration(Duration.ofSeconds(2)).build(), ticker);
    }

    private static void inFourThreads(Runnable work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(threads.submit(() -> {
                    start.await();
                    work.run();
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> run : runs) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}

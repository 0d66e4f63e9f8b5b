package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An interrupt by other code than the limit is never lost, although the caller gets the exception of the limit. */
@org.junit.jupiter.api.Timeout(60)
class ForeignInterruptTests {

    private final ManualTicker ticker = new ManualTicker();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private Timeout timeout(boolean interrupt) {
        return Timeout.of(
                "test",
                TimeoutConfig.builder()
                        .duration(Duration.ofMillis(10))
                        .thread(TimeoutThread.CALLER)
                        .interrupt(interrupt)
                        .build(),
                ticker);
    }

    /** The ways in which a body reports that it was interrupted. */
    static Stream<Exception> reports() {
        return Stream.of(
                new InterruptedException(),
                new IllegalStateException(new InterruptedException()),
                new IOException(new InterruptedException()));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void flagShouldBeSetIfTheLimitDoesNotInterrupt(Exception report) {
        Throwable thrown = catchThrowable(() -> timeout(false).run(() -> {
            ticker.advance(Duration.ofMillis(20));
            Thread.currentThread().interrupt();
            Thread.interrupted(); // as whatever waits does before it reports the interrupt
            throw report;
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class).hasSuppressedException(report);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** As anywhere: who is interrupted has given up, and wants no replacement. */
    @Test
    void interruptedCallerShouldGetNoFallback() {
        Guard guard = Pipeline.of(
                Fallback.of("test", c -> c.handle(TimeoutExceededException.class, exceeded -> "fallback")),
                timeout(false));
        Throwable thrown = catchThrowable(() -> guard.call(() -> {
            ticker.advance(Duration.ofMillis(20));
            throw new InterruptedException();
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptOfAnotherThreadShouldSetNoFlag() {
        Throwable thrown = catchThrowable(() -> timeout(false).run(() -> {
            ticker.advance(Duration.ofMillis(20));
            throw new ExecutionException(new InterruptedException());
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void interruptOfTheLimitItselfShouldNotBeKept() {
        CountDownLatch never = new CountDownLatch(1);
        Throwable thrown = catchThrowable(() -> timeout(true).run(() -> {
            ticker.advance(Duration.ofMillis(20));
            never.await();
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void limitAroundShouldStillClearItsOwnInterrupt() {
        Timeout inner = Timeout.of(
                "inner",
                c -> c.duration(Duration.ofMillis(1))
                        .thread(TimeoutThread.CALLER)
                        .interrupt(false));
        CountDownLatch never = new CountDownLatch(1);
        Throwable thrown = catchThrowable(() -> timeout(true).run(() -> {
            inner.run(() -> {
                ticker.advance(Duration.ofMillis(20));
                never.await();
            });
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}

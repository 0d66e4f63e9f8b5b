package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrapper is not a failure of its own: a class such as {@code RuntimeException} means what is inside. */
class WrapperMatchTests {

    private static final List<FailureMatcher> ALL = FailureMatcher.ofEach(Throwable.class);

    static Stream<Throwable> wrappersOfAnIoException() {
        IOException down = new IOException("down");
        Retry retry = Retry.of("inner", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        Throwable exhausted = catchThrowable(() -> retry.call(() -> {
            throw down;
        }));
        assertThat(exhausted).isInstanceOf(RetryExhaustedException.class);
        return Stream.of(
                exhausted,
                new CompletionException(down),
                new ExecutionException(down),
                new ExecutionException(new CompletionException(exhausted)));
    }

    /** Its cause is itself, or always a new one. */
    static Stream<Throwable> wrappersWithoutAnEnd() {
        class Endless extends CompletionException {

            private final boolean itself;

            Endless(boolean itself) {
                super("down");
                this.itself = itself;
            }

            @Override
            public synchronized Throwable getCause() {
                return itself ? this : new Endless(false);
            }
        }
        return Stream.of(new Endless(true), new Endless(false));
    }

    @ParameterizedTest
    @MethodSource("wrappersWithoutAnEnd")
    void wrapperWithoutAnEndShouldCountAsAFailure(Throwable endless) {
        CircuitBreaker circuit = CircuitBreaker.of("c");
        assertThat(catchThrowable(() -> circuit.call(() -> {
                    throw endless;
                })))
                .isSameAs(endless);
        assertThat(circuit.metrics().totalFailed()).isEqualTo(1);
    }

    private static ExceptionFilter filter(
            List<FailureMatcher> exceptions, List<FailureMatcher> ignored, boolean causes) {
        return new ExceptionFilter(exceptions, ignored, null, causes);
    }

    @ParameterizedTest
    @MethodSource("wrappersOfAnIoException")
    void classOfTheFailureInsideShouldDecide(Throwable wrapper) {
        for (boolean causes : new boolean[] {false, true}) {
            assertThat(filter(ALL, FailureMatcher.ofEach(RuntimeException.class), causes)
                            .matches(wrapper))
                    .isTrue();
            assertThat(filter(ALL, FailureMatcher.ofEach(IOException.class), causes)
                            .matches(wrapper))
                    .isFalse();
            assertThat(filter(FailureMatcher.ofEach(RuntimeException.class), List.of(), causes)
                            .matches(wrapper))
                    .isFalse();
            assertThat(filter(FailureMatcher.ofEach(IOException.class), List.of(), causes)
                            .matches(wrapper))
                    .isTrue();
            assertThat(ExceptionFilter.matches(FailureMatcher.of(RuntimeException.class), wrapper, causes))
                    .isFalse();
            assertThat(ExceptionFilter.matches(FailureMatcher.of(IOException.class), wrapper, causes))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("wrappersOfAnIoException")
    void wrapperThatIsNamedShouldMatch(Throwable wrapper) {
        @SuppressWarnings("unchecked")
        Class<? extends Throwable> type = wrapper.getClass();
        assertThat(filter(FailureMatcher.ofEach(type), List.of(), false).matches(wrapper))
                .isTrue();
        assertThat(filter(ALL, FailureMatcher.ofEach(type), false).matches(wrapper))
                .isFalse();
        assertThat(ExceptionFilter.matches(FailureMatcher.of(type), wrapper, false))
                .isTrue();
    }

    @Test
    void resilienceExceptionShouldNameAnExhaustedRetry() {
        Throwable exhausted = wrappersOfAnIoException().findFirst().orElseThrow();
        assertThat(filter(FailureMatcher.ofEach(ResilienceException.class), List.of(), false)
                        .matches(exhausted))
                .isTrue();
    }

    @Test
    void wrapperWithNothingInsideShouldBeAFailureLikeOthers() {
        Throwable empty = new CompletionException("nothing inside", null);
        assertThat(filter(FailureMatcher.ofEach(RuntimeException.class), List.of(), false)
                        .matches(empty))
                .isTrue();
    }

    @Test
    void errorInsideShouldNotBeRepeatedForItsWrapper() {
        AtomicInteger attempts = new AtomicInteger();
        Retry retry = Retry.of("test", c -> c.baseDelay(Duration.ZERO));
        Hedge hedge = Hedge.of("test", c -> c.onFailure(true).exceptions(Exception.class));
        for (Guard guard : List.of(retry, hedge)) {
            attempts.set(0);
            Throwable thrown = catchThrowable(() -> guard.call(() -> {
                attempts.incrementAndGet();
                throw new CompletionException(new AssertionError());
            }));
            assertThat(ExceptionFilter.rootOf(thrown)).isInstanceOf(AssertionError.class);
            assertThat(attempts).hasValue(1);
        }
    }

    @Test
    void circuitAroundARetryShouldCountTheLastFailure() {
        CircuitBreaker breaker = CircuitBreaker.of("test", c -> c.ignoreExceptions(RuntimeException.class));
        catchThrowable(() -> Pipeline.of(
                        breaker, Retry.of("test", c -> c.maxAttempts(2).baseDelay(Duration.ZERO)))
                .call(() -> {
                    throw new IOException();
                }));
        CircuitBreakerMetrics metrics = breaker.metrics();
        assertThat(metrics.totalFailed()).isEqualTo(1);
        assertThat(metrics.totalIgnored()).isZero();
    }
}

package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.retry.OnExhausted;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Conditions decide what counts as a failure; both policies that have them agree. */
@Timeout(60)
class FailureConditionTests {

    private static final Duration NONE = Duration.ZERO;

    /** The settings that both have. */
    private interface Settings {

        Settings exceptions(Class<? extends Throwable> type);

        Settings ignoreExceptions(Class<? extends Throwable> type);

        Settings matchers(String... texts);

        Settings ignoreMatchers(String... texts);

        Settings matchCauses();

        Settings failure(@Nullable Predicate<? super Throwable> condition);

        <E extends Throwable> Settings failure(Class<E> type, Predicate<? super E> condition);

        <R> Settings failureResult(Class<R> type, Predicate<? super R> condition);

        Settings failureResult(Predicate<@Nullable Object> condition);
    }

    private record OfRetry(RetryConfig.Builder builder) implements Settings {

        @Override
        public Settings exceptions(Class<? extends Throwable> type) {
            builder.exceptions(type);
            return this;
        }

        @Override
        public Settings ignoreExceptions(Class<? extends Throwable> type) {
            builder.ignoreExceptions(type);
            return this;
        }

        @Override
        public Settings matchers(String... texts) {
            builder.exceptions(Stream.of(texts).map(FailureMatcher::of).toList());
            return this;
        }

        @Override
        public Settings ignoreMatchers(String... texts) {
            builder.ignoreExceptions(Stream.of(texts).map(FailureMatcher::of).toList());
            return this;
        }

        @Override
        public Settings matchCauses() {
            builder.matchCauses(true);
            return this;
        }

        @Override
        public Settings failure(@Nullable Predicate<? super Throwable> condition) {
            builder.failure(condition);
            return this;
        }

        @Override
        public <E extends Throwable> Settings failure(Class<E> type, Predicate<? super E> condition) {
            builder.failure(type, condition);
            return this;
        }

        @Override
        public <R> Settings failureResult(Class<R> type, Predicate<? super R> condition) {
            builder.failureResult(type, condition);
            return this;
        }

        @Override
        public Settings failureResult(Predicate<@Nullable Object> condition) {
            builder.failureResult(condition);
            return this;
        }
    }

    private record OfBreaker(CircuitBreakerConfig.Builder builder) implements Settings {

        @Override
        public Settings exceptions(Class<? extends Throwable> type) {
            builder.exceptions(type);
            return this;
        }

        @Override
        public Settings ignoreExceptions(Class<? extends Throwable> type) {
            builder.ignoreExceptions(type);
            return this;
        }

        @Override
        public Settings matchers(String... texts) {
            builder.exceptions(Stream.of(texts).map(FailureMatcher::of).toList());
            return this;
        }

        @Override
        public Settings ignoreMatchers(String... texts) {
            builder.ignoreExceptions(Stream.of(texts).map(FailureMatcher::of).toList());
            return this;
        }

        @Override
        public Settings matchCauses() {
            builder.matchCauses(true);
            return this;
        }

        @Override
        public Settings failure(@Nullable Predicate<? super Throwable> condition) {
            builder.failure(condition);
            return this;
        }

        @Override
        public <E extends Throwable> Settings failure(Class<E> type, Predicate<? super E> condition) {
            builder.failure(type, condition);
            return this;
        }

        @Override
        public <R> Settings failureResult(Class<R> type, Predicate<? super R> condition) {
            builder.failureResult(type, condition);
            return this;
        }

        @Override
        public Settings failureResult(Predicate<@Nullable Object> condition) {
            builder.failureResult(condition);
            return this;
        }
    }

    /** A way to ask whether a call that ends so counts as failed. */
    enum Asked {
        RETRY {
            @Override
            boolean counts(Consumer<Settings> settings, CheckedSupplier<@Nullable Object, ?> body) {
                AtomicInteger attempts = new AtomicInteger();
                catchThrowable(() -> retry(settings).call(() -> {
                    attempts.incrementAndGet();
                    return body.get();
                }));
                return attempts.get() == 2;
            }
        },
        RETRY_ASYNC {
            @Override
            boolean counts(Consumer<Settings> settings, CheckedSupplier<@Nullable Object, ?> body) {
                AtomicInteger attempts = new AtomicInteger();
                catchThrowable(() -> retry(settings)
                        .callAsync(() -> {
                            attempts.incrementAndGet();
                            return CompletableFuture.completedFuture(body.get());
                        })
                        .join());
                return attempts.get() == 2;
            }
        },
        BREAKER {
            @Override
            boolean counts(Consumer<Settings> settings, CheckedSupplier<@Nullable Object, ?> body) {
                CircuitBreaker breaker = breaker(settings);
                catchThrowable(() -> breaker.call(body::get));
                return breaker.metrics().totalFailed() == 1;
            }
        },
        BREAKER_ASYNC {
            @Override
            boolean counts(Consumer<Settings> settings, CheckedSupplier<@Nullable Object, ?> body) {
                CircuitBreaker breaker = breaker(settings);
                catchThrowable(() -> breaker.callAsync(() -> CompletableFuture.completedFuture(body.get()))
                        .join());
                return breaker.metrics().totalFailed() == 1;
            }
        };

        abstract boolean counts(Consumer<Settings> settings, CheckedSupplier<@Nullable Object, ?> body);

        boolean counts(Consumer<Settings> settings, Throwable failure) {
            return counts(settings, () -> {
                throw failure;
            });
        }

        boolean countsResult(Consumer<Settings> settings, @Nullable Object result) {
            return counts(settings, () -> result);
        }

        private static Retry retry(Consumer<Settings> settings) {
            return Retry.of("r", c -> {
                c.maxAttempts(2).baseDelay(NONE).maxDelay(NONE).onExhausted(OnExhausted.RETHROW);
                settings.accept(new OfRetry(c));
            });
        }

        private static CircuitBreaker breaker(Consumer<Settings> settings) {
            return CircuitBreaker.of("b", c -> settings.accept(new OfBreaker(c)));
        }
    }

    static Stream<Asked> asked() {
        return Stream.of(Asked.values());
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionShouldDecideAmongTheExceptions(Asked asked) {
        Consumer<Settings> transientOnes = c -> c.failure(thrown -> "transient".equals(thrown.getMessage()));
        assertThat(asked.counts(transientOnes, new IOException("transient"))).isTrue();
        assertThat(asked.counts(transientOnes, new IOException("final"))).isFalse();
        assertThat(asked.counts(c -> c.exceptions(IOException.class).failure(thrown -> true), new SQLException()))
                .isFalse();
    }

    private static final class Busy extends CallRejectedException {

        private static final long serialVersionUID = 1L;

        Busy(String name) {
            super(name, "busy", true);
        }
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionShouldDecideOnARejectionThatIsNamed(Asked asked) {
        Consumer<Settings> settings = c -> c.exceptions(Busy.class).failure(Busy.class, e -> "soon".equals(e.name()));
        assertThat(asked.counts(settings, new Busy("soon"))).isTrue();
        assertThat(asked.counts(settings, new Busy("late"))).isFalse();
        assertThat(asked.counts(settings, new ExecutionException(new Busy("late"))))
                .isFalse();
        assertThat(asked.counts(c -> c.failure(thrown -> true), new Busy("soon")))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void ignoredExceptionShouldWinOverACondition(Asked asked) {
        Consumer<Settings> settings =
                c -> c.ignoreExceptions(FileNotFoundException.class).failure(thrown -> true);
        assertThat(asked.counts(settings, new FileNotFoundException())).isFalse();
        assertThat(asked.counts(settings, new IOException())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionForAClassShouldLeaveOthersAlone(Asked asked) {
        Consumer<Settings> settings = c -> c.failure(SQLException.class, e -> e.getErrorCode() == 1205)
                .failure(IOException.class, e -> "reset".equals(e.getMessage()));
        assertThat(asked.counts(settings, new SQLException("deadlock", "40001", 1205)))
                .isTrue();
        assertThat(asked.counts(settings, new SQLException("syntax", "42000", 1)))
                .isFalse();
        assertThat(asked.counts(settings, new IOException("reset"))).isTrue();
        assertThat(asked.counts(settings, new FileNotFoundException("gone"))).isFalse();
        assertThat(asked.counts(settings, new IllegalStateException())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionShouldBeShownWhatIsWithinAWrapper(Asked asked) {
        Consumer<Settings> settings = c -> c.failure(IOException.class, e -> "reset".equals(e.getMessage()));
        for (String message : List.of("reset", "other")) {
            IOException within = new IOException(message);
            assertThat(List.of(
                            new CompletionException(within),
                            new ExecutionException(within),
                            new CompletionException(new ExecutionException(within))))
                    .allSatisfy(wrapped ->
                            assertThat(asked.counts(settings, wrapped)).isEqualTo(message.equals("reset")));
        }
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionThatThrowsShouldLeaveItToTheClasses(Asked asked) {
        Consumer<Settings> settings = c -> c.exceptions(IOException.class).failure(thrown -> {
            throw new IllegalStateException("condition");
        });
        assertThat(asked.counts(settings, new IOException())).isTrue();
        assertThat(asked.counts(settings, new SQLException())).isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionThatIsTakenBackShouldNotBeAsked(Asked asked) {
        assertThat(asked.counts(c -> c.failure(thrown -> false).failure(null), new IOException()))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionForResultsShouldBeAskedForItsClassAlone(Asked asked) {
        Consumer<Settings> settings = c ->
                c.failureResult(String.class, String::isEmpty).failureResult(Integer.class, status -> status >= 500);
        assertThat(asked.countsResult(settings, "")).isTrue();
        assertThat(asked.countsResult(settings, "full")).isFalse();
        assertThat(asked.countsResult(settings, 503)).isTrue();
        assertThat(asked.countsResult(settings, 200)).isFalse();
        assertThat(asked.countsResult(settings, 503L)).isFalse();
        assertThat(asked.countsResult(settings, null)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionForResultsThatThrowsShouldAcceptTheResult(Asked asked) {
        assertThat(asked.countsResult(
                        c -> c.failureResult(result -> {
                            throw new IllegalStateException("condition");
                        }),
                        "x"))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionForASupertypeShouldTakeItsSubtypes(Asked asked) {
        Predicate<Object> odd = result -> result.hashCode() % 2 == 1;
        assertThat(asked.countsResult(c -> c.failureResult(Integer.class, odd), 3))
                .isTrue();
        assertThat(asked.countsResult(c -> c.failureResult(Number.class, odd), 3))
                .isTrue();
        Predicate<Throwable> named = thrown -> thrown.getMessage() != null;
        assertThat(asked.counts(c -> c.failure(IOException.class, named), new IOException()))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void failureShouldCountByItsCode(Asked asked) {
        Consumer<Settings> settings = c -> c.matchers("http:5xx", "http:429", "sql:40001");
        assertThat(asked.counts(settings, new HttpFailureTests.WithStatus(503))).isTrue();
        assertThat(asked.counts(settings, new CompletionException(new HttpFailureTests.WithStatus(429))))
                .isTrue();
        assertThat(asked.counts(settings, new HttpFailureTests.WithStatus(404))).isFalse();
        assertThat(asked.counts(settings, new IllegalStateException(new SQLException("deadlock", "40001"))))
                .isTrue();
        assertThat(asked.counts(settings, new IOException())).isFalse();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void ignoredCodeShouldWinOverAClass(Asked asked) {
        Consumer<Settings> settings = c -> c.exceptions(RuntimeException.class).ignoreMatchers("http:501");
        assertThat(asked.counts(settings, new HttpFailureTests.WithStatus(501))).isFalse();
        assertThat(asked.counts(settings, new HttpFailureTests.WithStatus(500))).isTrue();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void causeShouldCountOnlyIfCausesAreMatched(Asked asked) {
        Exception nested = new IllegalStateException(new RuntimeException(new IOException()));
        Consumer<Settings> plain = c -> c.exceptions(IOException.class).ignoreExceptions(FileNotFoundException.class);
        assertThat(asked.counts(plain, nested)).isFalse();
        assertThat(asked.counts(c -> plain.accept(c.matchCauses()), nested)).isTrue();
        Exception ignored = new IllegalStateException(new IOException(new FileNotFoundException()));
        assertThat(asked.counts(c -> plain.accept(c.matchCauses()), ignored)).isFalse();
        assertThat(asked.counts(
                        c -> c.matchCauses().matchers("http:5xx"), new Error(new HttpFailureTests.WithStatus(500))))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("asked")
    void rejectionAmongCausesShouldCountOnlyIfNamed(Asked asked) {
        Exception nested = new IllegalStateException(rejection());
        assertThat(asked.counts(c -> c.exceptions(Exception.class).matchCauses(), nested))
                .isFalse();
        assertThat(asked.counts(c -> c.exceptions(CircuitOpenException.class).matchCauses(), nested))
                .isTrue();
    }

    private static Throwable rejection() {
        CircuitBreaker open = CircuitBreaker.of("open");
        open.forceOpen();
        return catchThrowable(() -> open.run(() -> {}));
    }

    @ParameterizedTest
    @MethodSource("asked")
    void conditionShouldBeShownTheFailureAndNotItsCause(Asked asked) {
        Consumer<Settings> settings = c -> c.matchCauses()
                .exceptions(IOException.class)
                .failure(thrown -> thrown instanceof IllegalStateException);
        assertThat(asked.counts(settings, new IllegalStateException(new IOException())))
                .isTrue();
        assertThat(asked.counts(settings, new IllegalArgumentException(new IOException())))
                .isFalse();
    }

    @Test
    void resultThatIsNotAcceptedShouldBeReturnedAfterTheLastAttempt() {
        Retry retry = Retry.of(
                "r",
                c -> c.baseDelay(NONE)
                        .onExhausted(OnExhausted.RETHROW)
                        .failureResult(Integer.class, status -> status == 503));
        assertThat(retry.<Integer, RuntimeException>call(() -> 503)).isEqualTo(503);
    }

    @Test
    void conditionsWithoutAClassOrAConditionShouldBeRejected() {
        assertThatThrownBy(() -> Retry.of("r", c -> c.failure(null, thrown -> true)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("type");
        assertThatThrownBy(() -> CircuitBreaker.of("b", c -> c.failureResult(String.class, null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("condition");
    }
}

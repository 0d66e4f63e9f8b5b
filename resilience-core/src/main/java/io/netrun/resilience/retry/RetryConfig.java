package io.netrun.resilience.retry;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import io.netrun.resilience.TypedConditions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a retry. The delay before retry n (n from 0) is by default {@code min(baseDelay ·
 * backoffMultiplier^n, maxDelay)}, randomized by {@code jitter}. If the failure is a
 * {@link io.netrun.resilience.RetryAfter}, or the exception of an HTTP client whose response has a header
 * {@code Retry-After}, that hint is used instead, but the delay is no shorter than computed, no more than five seconds
 * longer, and no longer than {@code maxDelay}. Immutable; every value is validated on construction.
 *
 * @param maxAttempts maximum number of attempts, the first included; at least 1, default 3
 * @param maxDuration time since the start of the call after which no further attempt begins; above zero, null for no
 *     limit, which is the default. A running attempt is not stopped; that requires a timeout
 * @param backoff how the delays grow; default {@link BackoffStrategy#EXPONENTIAL}
 * @param customBackoff computes the delays instead of {@code backoff}; null for none, which is the default
 * @param baseDelay delay before the first retry; zero or more, default 1 s
 * @param maxDelay maximum delay; at least {@code baseDelay}, default 30 s
 * @param backoffMultiplier EXPONENTIAL: factor from one delay to the next; at least 1.0, default 2.0
 * @param failureDelays base delays of particular failures, instead of {@code baseDelay}; the first that matches wins;
 *     none longer than {@code maxDelay}, default none
 * @param jitter how the delays are randomized; default {@link Jitter#EQUAL}
 * @param exceptions failures that are retried, by class, subclasses included, or by code; not empty, default every
 *     {@link Exception}
 * @param ignoreExceptions failures that are not retried, even if they match {@code exceptions}; default none
 * @param matchCauses whether {@code exceptions}, {@code ignoreExceptions} and {@code failureDelays} match the causes of
 *     a failure like the failure itself; default false
 * @param failure an additional condition for failures of {@code exceptions} to be retried; called with the unwrapped
 *     failure; null, the default, for no condition. If it throws, that is logged and {@code exceptions} alone decide
 * @param failureResult results that are retried although nothing was thrown (asynchronous calls: the future's value);
 *     null for none, which is the default. Called for null results too. If it throws, that is logged and the result is
 *     accepted
 * @param budget the budget that this retry shares with others that name the same one; null for none, which is the
 *     default
 * @param beforeRetry code that runs between the delay and each further attempt; null for none, which is the default
 * @param countSuccesses whether calls whose first attempt succeeds are counted, too; default false, because they then
 *     cost a write
 * @param onExhausted what the caller gets when the last attempt has failed; default {@link OnExhausted#WRAP}
 */
public record RetryConfig(
        int maxAttempts,
        @Nullable Duration maxDuration,
        BackoffStrategy backoff,
        BackoffStrategy.@Nullable Custom customBackoff,
        Duration baseDelay,
        Duration maxDelay,
        double backoffMultiplier,
        List<FailureDelay> failureDelays,
        Jitter jitter,
        List<FailureMatcher> exceptions,
        List<FailureMatcher> ignoreExceptions,
        boolean matchCauses,
        @Nullable Predicate<? super Throwable> failure,
        @Nullable Predicate<@Nullable Object> failureResult,
        @Nullable RetryBudget budget,
        @Nullable BeforeRetry beforeRetry,
        boolean countSuccesses,
        OnExhausted onExhausted) {

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
     */
    public RetryConfig {
        Require.range("maxAttempts", maxAttempts, 1, Integer.MAX_VALUE);
        if (maxDuration != null) {
            Require.positive("maxDuration", maxDuration);
        }
        Objects.requireNonNull(backoff, "backoff");
        Require.notNegative("baseDelay", baseDelay);
        Require.notNegative("maxDelay", maxDelay);
        if (maxDelay.compareTo(baseDelay) < 0) {
            throw new InvalidSettingException(
                    "maxDelay",
                    "maxDelay is " + maxDelay + ": must be at least baseDelay, which is " + baseDelay,
                    "baseDelay");
        }
        Require.atLeast("backoffMultiplier", backoffMultiplier, 1.0);
        failureDelays = List.copyOf(failureDelays);
        for (FailureDelay delay : failureDelays) {
            if (delay.baseDelay().compareTo(maxDelay) > 0) {
                throw new InvalidSettingException(
                        "failureDelays",
                        "failureDelays has " + delay + ": must be at most maxDelay, which is " + maxDelay,
                        "maxDelay");
            }
        }
        exceptions = ExceptionFilter.requireSome(exceptions);
        ignoreExceptions = List.copyOf(ignoreExceptions);
    }

    /** Returns the default settings. */
    public static RetryConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxAttempts = maxAttempts;
        builder.maxDuration = maxDuration;
        builder.backoff = backoff;
        builder.customBackoff = customBackoff;
        builder.failure = failure;
        builder.failureResult = failureResult;
        builder.budget = budget;
        builder.baseDelay = baseDelay;
        builder.maxDelay = maxDelay;
        builder.backoffMultiplier = backoffMultiplier;
        builder.failureDelays = failureDelays;
        builder.jitter = jitter;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.matchCauses = matchCauses;
        builder.beforeRetry = beforeRetry;
        builder.countSuccesses = countSuccesses;
        builder.onExhausted = onExhausted;
        return builder;
    }

    /**
     * Returns the longest time that all delays of one call can take together if every attempt fails. The hints of
     * {@code RetryAfter} failures are not included.
     *
     * @return rounded down to the nanosecond, at most 292 years; empty if custom code computes the delays
     */
    public Optional<Duration> maxTotalDelay() {
        return customBackoff == null
                ? Optional.of(Duration.ofNanos((long) new Backoff(this, () -> 1.0).longestNanos(maxAttempts - 1)))
                : Optional.empty();
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int maxAttempts = 3;
        private @Nullable Duration maxDuration;
        private BackoffStrategy backoff = BackoffStrategy.EXPONENTIAL;
        private BackoffStrategy.@Nullable Custom customBackoff;
        private Duration baseDelay = Duration.ofSeconds(1);
        private Duration maxDelay = Duration.ofSeconds(30);
        private double backoffMultiplier = 2.0;
        private List<FailureDelay> failureDelays = List.of();
        private Jitter jitter = Jitter.EQUAL;
        private List<FailureMatcher> exceptions = List.of(FailureMatcher.of(Exception.class));
        private List<FailureMatcher> ignoreExceptions = List.of();
        private boolean matchCauses;
        private @Nullable Predicate<? super Throwable> failure;
        private @Nullable Predicate<@Nullable Object> failureResult;
        private @Nullable RetryBudget budget;
        private @Nullable BeforeRetry beforeRetry;
        private boolean countSuccesses;
        private OnExhausted onExhausted = OnExhausted.WRAP;

        private Builder() {}

        /**
         * Sets the maximum number of attempts of a call, the first included. At least 1, default 3; 1 disables retries.
         */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * Sets the time since the start of the call after which no further attempt begins. Above zero; null, the
         * default, for no limit. A running attempt is not stopped; that requires a timeout.
         */
        public Builder maxDuration(@Nullable Duration maxDuration) {
            this.maxDuration = maxDuration;
            return this;
        }

        /** Sets how the delays grow from attempt to attempt. Default {@link BackoffStrategy#EXPONENTIAL}. */
        public Builder backoff(BackoffStrategy backoff) {
            this.backoff = backoff;
            return this;
        }

        /**
         * Sets custom code that computes the delays instead of {@link #backoff}. Null, the default, for none. The
         * result is limited to {@link #maxDelay} and randomized by {@link #jitter(Jitter)}.
         */
        public Builder customBackoff(BackoffStrategy.@Nullable Custom customBackoff) {
            this.customBackoff = customBackoff;
            return this;
        }

        /** Sets the delay before the first retry, from which later delays grow. Zero or more, default 1 s. */
        public Builder baseDelay(Duration baseDelay) {
            this.baseDelay = baseDelay;
            return this;
        }

        /** Sets the maximum delay. At least {@link #baseDelay}, default 30 s. */
        public Builder maxDelay(Duration maxDelay) {
            this.maxDelay = maxDelay;
            return this;
        }

        /**
         * Sets the factor from one delay to the next for {@link BackoffStrategy#EXPONENTIAL}. At least 1.0, default
         * 2.0.
         */
        public Builder backoffMultiplier(double backoffMultiplier) {
            this.backoffMultiplier = backoffMultiplier;
            return this;
        }

        /**
         * Adds a base delay for particular failures, such as {@code FailureMatcher.of("http:429")}, from which their
         * delays grow instead of {@link #baseDelay}. If several match a failure, the one that was added first counts.
         * Zero or more, at most {@link #maxDelay}. Default none.
         */
        public Builder failureDelay(FailureMatcher failure, Duration baseDelay) {
            failureDelays = Stream.concat(failureDelays.stream(), Stream.of(new FailureDelay(failure, baseDelay)))
                    .toList();
            return this;
        }

        /** Sets how the delays are randomized. Default {@link Jitter#EQUAL}. */
        public Builder jitter(Jitter jitter) {
            this.jitter = jitter;
            return this;
        }

        /** Enables jitter ({@link Jitter#EQUAL}, the default) or disables it ({@link Jitter#NONE}). */
        public Builder jitter(boolean jitter) {
            return jitter(jitter ? Jitter.EQUAL : Jitter.NONE);
        }

        /**
         * Sets the failures that are retried, subclasses included. Not empty, default every {@link Exception}.
         * Rejections by other policies are retried only if they are named.
         */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = FailureMatcher.ofEach(exceptions);
            return this;
        }

        /**
         * Sets the failures that are retried by matchers, such as {@code FailureMatcher.of("http:5xx")}; otherwise like
         * {@link #exceptions(Class...)}.
         */
        public Builder exceptions(List<FailureMatcher> exceptions) {
            this.exceptions = exceptions;
            return this;
        }

        /**
         * Sets the failures that are not retried, even if they match {@link #exceptions}. Subclasses are included.
         * Default none.
         */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = FailureMatcher.ofEach(ignoreExceptions);
            return this;
        }

        /** Sets the failures that are not retried by matchers; otherwise like {@link #ignoreExceptions(Class...)}. */
        public Builder ignoreExceptions(List<FailureMatcher> ignoreExceptions) {
            this.ignoreExceptions = ignoreExceptions;
            return this;
        }

        /**
         * Sets whether {@link #exceptions(Class...)}, {@link #ignoreExceptions(Class...)} and {@link #failureDelay}
         * match the causes of a failure like the failure itself. Default false: only exceptions that merely wrap a
         * failure, such as {@code ExecutionException}, are looked through.
         */
        public Builder matchCauses(boolean matchCauses) {
            this.matchCauses = matchCauses;
            return this;
        }

        /**
         * Sets an additional condition for failures that match {@link #exceptions} to be retried. It is called with the
         * unwrapped failure; null, the default, for no condition. Replaces all earlier conditions. If it throws, that
         * is logged and the classes alone decide.
         */
        public Builder failure(@Nullable Predicate<? super Throwable> failure) {
            this.failure = failure;
            return this;
        }

        /**
         * Adds a condition for failures of one class, subclasses included, to be retried, as in
         * {@code failure(SQLException.class, e -> e.getErrorCode() == 1205)}. Failures of other classes are not
         * affected. May be called for several classes. Default no condition.
         */
        public <E extends Throwable> Builder failure(Class<E> type, Predicate<? super E> condition) {
            failure = TypedConditions.narrow(failure, type, condition);
            return this;
        }

        /**
         * Adds results of one class, subclasses included, that are retried although nothing was thrown, as in
         * {@code failureResult(Response.class, r -> r.status() == 503)}. Other results, including null, are retried
         * only if an earlier condition accepts them. May be called for several classes. Default no results.
         */
        public <R> Builder failureResult(Class<R> type, Predicate<? super R> condition) {
            failureResult = TypedConditions.widen(failureResult, type, condition);
            return this;
        }

        /**
         * Sets the results that are retried although nothing was thrown (asynchronous calls: the future's value). It is
         * called for null results too; null, the default, for no results. Replaces all earlier conditions. If it
         * throws, that is logged and the result is accepted.
         */
        public Builder failureResult(@Nullable Predicate<@Nullable Object> failureResult) {
            this.failureResult = failureResult;
            return this;
        }

        /** Sets the budget that limits the retries of all instances that share it. Null, the default, for no budget. */
        public Builder budget(@Nullable RetryBudget budget) {
            this.budget = budget;
            return this;
        }

        /**
         * Sets code that runs between the delay and each further attempt, for example to renew a token. Null, the
         * default, for none.
         */
        public Builder beforeRetry(@Nullable BeforeRetry beforeRetry) {
            this.beforeRetry = beforeRetry;
            return this;
        }

        /**
         * Sets whether calls whose first attempt succeeds are counted, too, as {@link RetryMetrics#totalSucceeded}.
         * Default false, because each such call then costs a write.
         */
        public Builder countSuccesses(boolean countSuccesses) {
            this.countSuccesses = countSuccesses;
            return this;
        }

        /** Sets what the caller gets when the last attempt has failed. Default {@link OnExhausted#WRAP}. */
        public Builder onExhausted(OnExhausted onExhausted) {
            this.onExhausted = onExhausted;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public RetryConfig build() {
            return new RetryConfig(
                    maxAttempts,
                    maxDuration,
                    backoff,
                    customBackoff,
                    baseDelay,
                    maxDelay,
                    backoffMultiplier,
                    failureDelays,
                    jitter,
                    exceptions,
                    ignoreExceptions,
                    matchCauses,
                    failure,
                    failureResult,
                    budget,
                    beforeRetry,
                    countSuccesses,
                    onExhausted);
        }
    }
}

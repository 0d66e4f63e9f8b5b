package io.netrun.resilience.retry;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import io.netrun.resilience.TypedConditions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is retried, how often, and how long the waits are. The wait before retry n (n from 0) is by default
 * {@code min(baseDelay · backoffMultiplier^n, maxDelay)}, spread by {@code jitter}. Where the failure is a
 * {@link io.netrun.resilience.RetryAfter}, the wait is what that says, but no shorter than computed, no more than five
 * seconds longer, and no longer than {@code maxDelay}. Immutable; every value is checked when it is built.
 *
 * @param maxAttempts all attempts, the first included; at least 1, default 3
 * @param maxDuration time after the call's beginning at which no further attempt begins; above zero, null for no limit,
 *     which is the default. A running attempt is not stopped: that is for a timeout to do
 * @param backoff how the waits grow; default {@link BackoffStrategy#EXPONENTIAL}
 * @param customBackoff computes the waits in the place of {@code backoff}, null for none; default none
 * @param baseDelay wait before the first retry; zero or more, default 1 s
 * @param maxDelay longest wait; at least {@code baseDelay}, default 30 s
 * @param backoffMultiplier EXPONENTIAL: factor from one wait to the next; at least 1.0, default 2.0
 * @param jitter how the waits are spread; default {@link Jitter#EQUAL}
 * @param exceptions failures that are retried, subclasses included; default every {@link Exception}
 * @param ignoreExceptions failures that are not retried, although {@code exceptions} has them; default none
 * @param failure what a failure of these classes must fulfil too so that it is retried; asked with what was thrown,
 *     without the exceptions that only wrap it; null, the default, for no condition. If it throws, that is logged and
 *     the classes decide
 * @param failureResult results that are retried although nothing was thrown (asynchronous calls: the future's value),
 *     null for none; default none. Asked for null results too. If it throws, that is logged and the result is accepted
 * @param budget what this retry shares with others that name the same one, null for none; default none
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
        Jitter jitter,
        List<Class<? extends Throwable>> exceptions,
        List<Class<? extends Throwable>> ignoreExceptions,
        @Nullable Predicate<? super Throwable> failure,
        @Nullable Predicate<@Nullable Object> failureResult,
        @Nullable RetryBudget budget,
        OnExhausted onExhausted) {

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
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
        ExceptionFilter filter = new ExceptionFilter(exceptions, ignoreExceptions);
        exceptions = filter.exceptions();
        ignoreExceptions = filter.ignored();
    }

    /** The defaults. */
    public static RetryConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
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
        builder.jitter = jitter;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.onExhausted = onExhausted;
        return builder;
    }

    /**
     * The longest time that all waits of one call can take together, if every attempt fails; what a {@code RetryAfter}
     * adds comes on top.
     *
     * @return rounded down to the nanosecond, 292 years at most; empty where custom code computes the waits
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
        private @Nullable Predicate<? super Throwable> failure;
        private @Nullable Predicate<@Nullable Object> failureResult;
        private @Nullable RetryBudget budget;
        private Duration baseDelay = Duration.ofSeconds(1);
        private Duration maxDelay = Duration.ofSeconds(30);
        private double backoffMultiplier = 2.0;
        private Jitter jitter = Jitter.EQUAL;
        private List<Class<? extends Throwable>> exceptions = List.of(Exception.class);
        private List<Class<? extends Throwable>> ignoreExceptions = List.of();
        private OnExhausted onExhausted = OnExhausted.WRAP;

        private Builder() {}

        /** See {@link RetryConfig#maxAttempts()}. */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** See {@link RetryConfig#maxDuration()}. */
        public Builder maxDuration(@Nullable Duration maxDuration) {
            this.maxDuration = maxDuration;
            return this;
        }

        /** See {@link RetryConfig#backoff()}. */
        public Builder backoff(BackoffStrategy backoff) {
            this.backoff = backoff;
            return this;
        }

        /** See {@link RetryConfig#customBackoff()}. */
        public Builder customBackoff(BackoffStrategy.@Nullable Custom customBackoff) {
            this.customBackoff = customBackoff;
            return this;
        }

        /** See {@link RetryConfig#baseDelay()}. */
        public Builder baseDelay(Duration baseDelay) {
            this.baseDelay = baseDelay;
            return this;
        }

        /** See {@link RetryConfig#maxDelay()}. */
        public Builder maxDelay(Duration maxDelay) {
            this.maxDelay = maxDelay;
            return this;
        }

        /** See {@link RetryConfig#backoffMultiplier()}. */
        public Builder backoffMultiplier(double backoffMultiplier) {
            this.backoffMultiplier = backoffMultiplier;
            return this;
        }

        /** See {@link RetryConfig#jitter()}. */
        public Builder jitter(Jitter jitter) {
            this.jitter = jitter;
            return this;
        }

        /** Jitter on ({@link Jitter#EQUAL}) or off ({@link Jitter#NONE}). */
        public Builder jitter(boolean jitter) {
            return jitter(jitter ? Jitter.EQUAL : Jitter.NONE);
        }

        /** See {@link RetryConfig#exceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = List.of(exceptions);
            return this;
        }

        /** See {@link RetryConfig#ignoreExceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = List.of(ignoreExceptions);
            return this;
        }

        /**
         * A condition that failures of the {@link #exceptions} must fulfil too; null, the default, for none. Replaces
         * all that was given before. See {@link RetryConfig#failure()}.
         */
        public Builder failure(@Nullable Predicate<? super Throwable> failure) {
            this.failure = failure;
            return this;
        }

        /**
         * A condition that failures of one class, subclasses included, must fulfil too, as in
         * {@code failure(SQLException.class, e -> e.getErrorCode() == 1205)}. Failures of other classes are not
         * affected. May be called for several classes.
         */
        public <E extends Throwable> Builder failure(Class<E> type, Predicate<? super E> condition) {
            failure = TypedConditions.narrow(failure, type, condition);
            return this;
        }

        /**
         * Results of one class, subclasses included, that count although nothing was thrown, as in
         * {@code failureResult(Response.class, r -> r.status() == 503)}. Other results, null among them, count only if
         * a condition given before says so, as for another class. See {@link RetryConfig#failureResult()}.
         */
        public <R> Builder failureResult(Class<R> type, Predicate<? super R> condition) {
            failureResult = TypedConditions.widen(failureResult, type, condition);
            return this;
        }

        /** See {@link RetryConfig#failureResult()}. */
        public Builder failureResult(@Nullable Predicate<@Nullable Object> failureResult) {
            this.failureResult = failureResult;
            return this;
        }

        /** See {@link RetryConfig#budget()}. */
        public Builder budget(@Nullable RetryBudget budget) {
            this.budget = budget;
            return this;
        }

        /** See {@link RetryConfig#onExhausted()}. */
        public Builder onExhausted(OnExhausted onExhausted) {
            this.onExhausted = onExhausted;
            return this;
        }

        /**
         * The configuration.
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
                    jitter,
                    exceptions,
                    ignoreExceptions,
                    failure,
                    failureResult,
                    budget,
                    onExhausted);
        }
    }
}

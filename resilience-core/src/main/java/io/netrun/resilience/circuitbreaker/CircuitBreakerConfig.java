package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import io.netrun.resilience.TypedConditions;
import io.netrun.resilience.circuitbreaker.DetectionChoice.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When a circuit breaker opens, how long it stays open, and what closes it. Immutable; every value is checked when it
 * is built.
 *
 * @param detection how failures are detected; a builder derives it from the other settings, see
 *     {@link Builder#detection}; default {@link Detection#LEAKY_COUNT}
 * @param failureThreshold LEAKY_COUNT and CONSECUTIVE: failure count that opens the circuit; at least 1, default 5
 * @param failureRateThreshold windows: percentage of failed calls at which the circuit opens; above 0, at most 100,
 *     default 50
 * @param windowSize COUNT_WINDOW: how many of the last calls are looked at; 1 to 50,000, default 100
 * @param windowDuration TIME_WINDOW: how far back calls are looked at, in ten slices; above zero, default 60 s
 * @param minimumCalls windows: calls in the window before it can open the circuit; at least 1, default 20; no more than
 *     {@code windowSize} are waited for
 * @param slowCallDuration windows: from when on a call is slow, whether it has ended or still runs; above zero, null
 *     for not watching, which is the default. A slow trial of a half-open circuit fails
 * @param slowCallRateThreshold windows: percentage of slow calls at which the circuit opens; above 0, at most 100,
 *     default 100
 * @param successThreshold successful trials that close a half-open circuit; at least 1, default 3
 * @param openDuration how long the circuit stays open before trials are let in; above zero, default 60 s
 * @param openBackoffMultiplier factor by which each reopening without a recovery in between stays open for longer; at
 *     least 1.0, default 1.0. Above 1.0, the durations after the first are also spread by ±20 %
 * @param maxOpenDuration longest duration that the multiplier leads to, before the spread; at least
 *     {@code openDuration}, null for ten times that, which is the default
 * @param halfOpenMaxCalls trials in flight at once while half-open, the first included; 1 to 10,000, default 3
 * @param halfOpenMaxDuration how long a trial may take before it is taken back and counted as failed; above zero, null
 *     for as long as {@code openDuration}, which is the default
 * @param exceptions failures that count, subclasses included; default every {@link Throwable}
 * @param ignoreExceptions failures that count as neither success nor failure, although {@code exceptions} has them;
 *     default none
 * @param failure what a failure of these classes must fulfil too so that it counts as a failure; asked with what was
 *     thrown, without the exceptions that only wrap it; null, the default, for no condition. If it throws, that is
 *     logged and the classes decide
 * @param failureResult results that count as a failure although nothing was thrown (asynchronous calls: the future's
 *     value), null for none; default none. If it throws, that is logged and the result counts as success
 * @param stackTraces whether a {@link CircuitOpenException} records where it was thrown; default false, since that
 *     costs more than everything else about a rejection
 */
public record CircuitBreakerConfig(
        Detection detection,
        int failureThreshold,
        double failureRateThreshold,
        int windowSize,
        Duration windowDuration,
        int minimumCalls,
        @Nullable Duration slowCallDuration,
        double slowCallRateThreshold,
        int successThreshold,
        Duration openDuration,
        double openBackoffMultiplier,
        @Nullable Duration maxOpenDuration,
        int halfOpenMaxCalls,
        @Nullable Duration halfOpenMaxDuration,
        List<Class<? extends Throwable>> exceptions,
        List<Class<? extends Throwable>> ignoreExceptions,
        @Nullable Predicate<? super Throwable> failure,
        @Nullable Predicate<@Nullable Object> failureResult,
        boolean stackTraces) {

    private static final int MAX_TRIALS = 10_000;
    private static final int MAX_WINDOW = OutcomeRing.MAX_SIZE;
    private static final int DEFAULT_OPEN_FACTOR = 10;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
     */
    public CircuitBreakerConfig {
        Objects.requireNonNull(detection, "detection");
        Require.range("failureThreshold", failureThreshold, 1, Integer.MAX_VALUE);
        Require.percentage("failureRateThreshold", failureRateThreshold);
        Require.range("windowSize", windowSize, 1, MAX_WINDOW);
        Require.positive("windowDuration", windowDuration);
        Require.range("minimumCalls", minimumCalls, 1, Integer.MAX_VALUE);
        requireSlowCallsInAWindow(slowCallDuration, detection);
        Require.percentage("slowCallRateThreshold", slowCallRateThreshold);
        Require.range("successThreshold", successThreshold, 1, Integer.MAX_VALUE);
        Require.positive("openDuration", openDuration);
        Require.atLeast("openBackoffMultiplier", openBackoffMultiplier, 1.0);
        if (maxOpenDuration != null && maxOpenDuration.compareTo(openDuration) < 0) {
            throw new InvalidSettingException(
                    "maxOpenDuration",
                    "maxOpenDuration is " + maxOpenDuration + ": must be at least openDuration, which is "
                            + openDuration,
                    "openDuration");
        }
        Require.range("halfOpenMaxCalls", halfOpenMaxCalls, 1, MAX_TRIALS);
        if (halfOpenMaxDuration != null) {
            Require.positive("halfOpenMaxDuration", halfOpenMaxDuration);
        }
        ExceptionFilter filter = new ExceptionFilter(exceptions, ignoreExceptions);
        exceptions = filter.exceptions();
        ignoreExceptions = filter.ignored();
    }

    private static void requireSlowCallsInAWindow(@Nullable Duration slowCallDuration, Detection detection) {
        if (slowCallDuration == null) {
            return;
        }
        Require.positive("slowCallDuration", slowCallDuration);
        if (detection != Detection.COUNT_WINDOW && detection != Detection.TIME_WINDOW) {
            throw new InvalidSettingException(
                    "slowCallDuration",
                    "slowCallDuration is " + slowCallDuration + ", but detection is " + detection
                            + ": slow calls are counted in a window, so detection must be COUNT_WINDOW or TIME_WINDOW",
                    "detection");
        }
    }

    /** How long a trial may take: {@link #halfOpenMaxDuration()}, or else {@link #openDuration()}. */
    public Duration effectiveHalfOpenMaxDuration() {
        return halfOpenMaxDuration == null ? openDuration : halfOpenMaxDuration;
    }

    /** Up to when a trial is a good one: what is slow is not, where that is watched. */
    Duration longestTrial() {
        Duration trial = effectiveHalfOpenMaxDuration();
        return slowCallDuration == null || slowCallDuration.compareTo(trial) > 0 ? trial : slowCallDuration;
    }

    /**
     * The longest open duration that the multiplier can reach, before its spread of ±20 %: {@link #maxOpenDuration()},
     * or else ten times {@link #openDuration()}.
     */
    public Duration effectiveMaxOpenDuration() {
        if (maxOpenDuration != null) {
            return maxOpenDuration;
        }
        return Duration.ofNanos(Require.nanos(openDuration)).multipliedBy(DEFAULT_OPEN_FACTOR);
    }

    /** The defaults. */
    public static CircuitBreakerConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.detection = DetectionChoice.copyOf(detection);
        builder.failureThreshold = failureThreshold;
        builder.failureRateThreshold = failureRateThreshold;
        builder.windowSize = windowSize;
        builder.windowDuration = windowDuration;
        builder.minimumCalls = minimumCalls;
        builder.slowCallDuration = slowCallDuration;
        builder.slowCallRateThreshold = slowCallRateThreshold;
        builder.successThreshold = successThreshold;
        builder.openDuration = openDuration;
        builder.openBackoffMultiplier = openBackoffMultiplier;
        builder.maxOpenDuration = maxOpenDuration;
        builder.halfOpenMaxCalls = halfOpenMaxCalls;
        builder.halfOpenMaxDuration = halfOpenMaxDuration;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.failure = failure;
        builder.failureResult = failureResult;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private DetectionChoice detection = new DetectionChoice();
        private int failureThreshold = 5;
        private double failureRateThreshold = 50;
        private int windowSize = 100;
        private Duration windowDuration = Duration.ofSeconds(60);
        private int minimumCalls = 20;
        private @Nullable Duration slowCallDuration;
        private double slowCallRateThreshold = 100;
        private int successThreshold = 3;
        private Duration openDuration = Duration.ofSeconds(60);
        private double openBackoffMultiplier = 1.0;
        private @Nullable Duration maxOpenDuration;
        private int halfOpenMaxCalls = 3;
        private @Nullable Duration halfOpenMaxDuration;
        private List<Class<? extends Throwable>> exceptions = List.of(Throwable.class);
        private List<Class<? extends Throwable>> ignoreExceptions = List.of();
        private @Nullable Predicate<? super Throwable> failure;
        private @Nullable Predicate<@Nullable Object> failureResult;
        private boolean stackTraces;

        private Builder() {}

        /**
         * How failures are detected. Without it, that follows from the other settings given: {@code windowDuration}
         * leads to {@link Detection#TIME_WINDOW}, other settings of windows lead to {@link Detection#COUNT_WINDOW}, and
         * otherwise it is {@link Detection#LEAKY_COUNT}. Where it is chosen, a setting that it does not use is an
         * error. A copy of a configuration keeps its detection in the same way, unless that is the default.
         */
        public Builder detection(Detection detection) {
            this.detection.choose(Objects.requireNonNull(detection, "detection"));
            return this;
        }

        /** See {@link CircuitBreakerConfig#failureThreshold()}. */
        public Builder failureThreshold(int failureThreshold) {
            this.failureThreshold = failureThreshold;
            detection.give(Setting.FAILURE_THRESHOLD, failureThreshold);
            return this;
        }

        /** See {@link CircuitBreakerConfig#failureRateThreshold()}. */
        public Builder failureRateThreshold(double failureRateThreshold) {
            this.failureRateThreshold = failureRateThreshold;
            detection.give(Setting.FAILURE_RATE_THRESHOLD, failureRateThreshold);
            return this;
        }

        /** See {@link CircuitBreakerConfig#windowSize()}. */
        public Builder windowSize(int windowSize) {
            this.windowSize = windowSize;
            detection.give(Setting.WINDOW_SIZE, windowSize);
            return this;
        }

        /** See {@link CircuitBreakerConfig#windowDuration()}. */
        public Builder windowDuration(Duration windowDuration) {
            this.windowDuration = windowDuration;
            detection.give(Setting.WINDOW_DURATION, windowDuration);
            return this;
        }

        /** See {@link CircuitBreakerConfig#minimumCalls()}. */
        public Builder minimumCalls(int minimumCalls) {
            this.minimumCalls = minimumCalls;
            detection.give(Setting.MINIMUM_CALLS, minimumCalls);
            return this;
        }

        /** See {@link CircuitBreakerConfig#slowCallDuration()}. */
        public Builder slowCallDuration(@Nullable Duration slowCallDuration) {
            this.slowCallDuration = slowCallDuration;
            detection.give(Setting.SLOW_CALL_DURATION, slowCallDuration);
            return this;
        }

        /** See {@link CircuitBreakerConfig#slowCallRateThreshold()}. */
        public Builder slowCallRateThreshold(double slowCallRateThreshold) {
            this.slowCallRateThreshold = slowCallRateThreshold;
            detection.give(Setting.SLOW_CALL_RATE_THRESHOLD, slowCallRateThreshold);
            return this;
        }

        /** See {@link CircuitBreakerConfig#successThreshold()}. */
        public Builder successThreshold(int successThreshold) {
            this.successThreshold = successThreshold;
            return this;
        }

        /** See {@link CircuitBreakerConfig#openDuration()}. */
        public Builder openDuration(Duration openDuration) {
            this.openDuration = openDuration;
            return this;
        }

        /** See {@link CircuitBreakerConfig#openBackoffMultiplier()}. */
        public Builder openBackoffMultiplier(double openBackoffMultiplier) {
            this.openBackoffMultiplier = openBackoffMultiplier;
            return this;
        }

        /** See {@link CircuitBreakerConfig#maxOpenDuration()}. */
        public Builder maxOpenDuration(@Nullable Duration maxOpenDuration) {
            this.maxOpenDuration = maxOpenDuration;
            return this;
        }

        /** See {@link CircuitBreakerConfig#halfOpenMaxCalls()}. */
        public Builder halfOpenMaxCalls(int halfOpenMaxCalls) {
            this.halfOpenMaxCalls = halfOpenMaxCalls;
            return this;
        }

        /** See {@link CircuitBreakerConfig#halfOpenMaxDuration()}. */
        public Builder halfOpenMaxDuration(@Nullable Duration halfOpenMaxDuration) {
            this.halfOpenMaxDuration = halfOpenMaxDuration;
            return this;
        }

        /** See {@link CircuitBreakerConfig#exceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = List.of(exceptions);
            return this;
        }

        /** See {@link CircuitBreakerConfig#ignoreExceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = List.of(ignoreExceptions);
            return this;
        }

        /**
         * A condition that failures of the {@link #exceptions} must fulfil too; null, the default, for none. Replaces
         * all that was given before. See {@link CircuitBreakerConfig#failure()}.
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
         * a condition given before says so, as for another class. See {@link CircuitBreakerConfig#failureResult()}.
         */
        public <R> Builder failureResult(Class<R> type, Predicate<? super R> condition) {
            failureResult = TypedConditions.widen(failureResult, type, condition);
            return this;
        }

        /** See {@link CircuitBreakerConfig#failureResult()}. */
        public Builder failureResult(@Nullable Predicate<@Nullable Object> failureResult) {
            this.failureResult = failureResult;
            return this;
        }

        /** See {@link CircuitBreakerConfig#stackTraces()}. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range, or settings are for different detections
         */
        public CircuitBreakerConfig build() {
            return new CircuitBreakerConfig(
                    detection.detection(),
                    failureThreshold,
                    failureRateThreshold,
                    windowSize,
                    windowDuration,
                    minimumCalls,
                    slowCallDuration,
                    slowCallRateThreshold,
                    successThreshold,
                    openDuration,
                    openBackoffMultiplier,
                    maxOpenDuration,
                    halfOpenMaxCalls,
                    halfOpenMaxDuration,
                    exceptions,
                    ignoreExceptions,
                    failure,
                    failureResult,
                    stackTraces);
        }
    }
}

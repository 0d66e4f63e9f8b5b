package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Require;
import io.netrun.resilience.TypedConditions;
import io.netrun.resilience.circuitbreaker.DetectionChoice.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a circuit breaker. Immutable; every value is validated on construction.
 *
 * @param detection how failures are detected; a builder derives it from the other settings, see
 *     {@link Builder#detection}; default {@link Detection#LEAKY_COUNT}
 * @param failureThreshold LEAKY_COUNT and CONSECUTIVE: failure count that opens the circuit; at least 1, default 5
 * @param failureRateThreshold windows: percentage of failed calls that opens the circuit; above 0, at most 100, default
 *     50
 * @param windowSize COUNT_WINDOW: number of calls in the window; 1 to 50,000, default 100
 * @param windowDuration TIME_WINDOW: duration of the window, which has ten slices; above zero, default 60 s
 * @param minimumCalls windows: minimum number of calls in the window before it can open the circuit; at least 1,
 *     default 20. COUNT_WINDOW: a larger value than {@code windowSize} is treated as {@code windowSize}
 * @param slowCallDuration windows: duration from which a call is slow, whether it has ended or is still running; above
 *     zero, null for not detecting slow calls, which is the default. A slow trial of a half-open circuit fails
 * @param slowCallRateThreshold windows: percentage of slow calls that opens the circuit; above 0, at most 100, default
 *     100
 * @param successThreshold number of successful trials that closes a half-open circuit; at least 1, default 3
 * @param openDuration time that the circuit stays open before trials are admitted; above zero, default 60 s
 * @param openBackoffMultiplier factor by which the open duration grows with each reopening without a recovery in
 *     between; at least 1.0, default 1.0. Above 1.0, durations after the first are also randomized by ±20 %
 * @param maxOpenDuration maximum open duration that the multiplier leads to, before the randomization; at least
 *     {@code openDuration}, null for ten times that, which is the default
 * @param halfOpenMaxCalls maximum number of concurrent trials while half-open; 1 to 10,000, default 3
 * @param halfOpenMaxDuration maximum duration of a trial before it counts as failed; above zero, null for
 *     {@code openDuration}, which is the default
 * @param rampUpDuration time over which a circuit that closes after its trials admits more and more calls, until it
 *     admits all of them; zero, the default, for admitting all at once. At least zero
 * @param rampUpInitialRate percentage of calls that is admitted at the begin of that time; above 0, at most 100,
 *     default 10
 * @param initialState the state in which the circuit begins; changes nothing of a circuit that exists; default
 *     {@link InitialState#CLOSED}
 * @param exceptions failures that count, by class, subclasses included, or by code; not empty, default every
 *     {@link Throwable}
 * @param ignoreExceptions failures that count as neither success nor failure, even if they match {@code exceptions};
 *     default none
 * @param matchCauses whether {@code exceptions} and {@code ignoreExceptions} match the causes of a failure like the
 *     failure itself; default false
 * @param failure an additional condition for failures of {@code exceptions} to count; called with the unwrapped
 *     failure; null, the default, for no condition. If it throws, that is logged and {@code exceptions} alone decide
 * @param failureResult results that count as a failure although nothing was thrown (asynchronous calls: the future's
 *     value); null for none, which is the default. If it throws, that is logged and the result counts as success
 * @param fleet how the circuit takes part in the fleet of all processes; default {@link FleetMode#HINT}
 * @param fleetQuorum QUORUM: the part of the processes that call the dependency whose open circuits open all others;
 *     above 0, at most 1, default 0.5
 * @param mode whether the policy acts, or only counts when it would; default {@link PolicyMode#ENFORCE}
 * @param stackTraces whether a {@link CircuitOpenException} has a stack trace; default false, because the trace would
 *     be the most expensive part of a rejection
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
        Duration rampUpDuration,
        double rampUpInitialRate,
        InitialState initialState,
        List<FailureMatcher> exceptions,
        List<FailureMatcher> ignoreExceptions,
        boolean matchCauses,
        @Nullable Predicate<? super Throwable> failure,
        @Nullable Predicate<@Nullable Object> failureResult,
        FleetMode fleet,
        double fleetQuorum,
        PolicyMode mode,
        boolean stackTraces) {

    private static final int MAX_TRIALS = 10_000;
    private static final int MAX_WINDOW = OutcomeRing.MAX_SIZE;
    private static final int DEFAULT_OPEN_FACTOR = 10;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
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
        Require.notNegative("rampUpDuration", rampUpDuration);
        Require.percentage("rampUpInitialRate", rampUpInitialRate);
        Objects.requireNonNull(initialState, "initialState");
        Objects.requireNonNull(fleet, "fleet");
        Objects.requireNonNull(mode, "mode");
        if (!(fleetQuorum > 0 && fleetQuorum <= 1)) {
            throw new InvalidSettingException(
                    "fleetQuorum", "fleetQuorum is " + fleetQuorum + ": must be above 0, at most 1");
        }
        exceptions = ExceptionFilter.requireSome(exceptions);
        ignoreExceptions = List.copyOf(ignoreExceptions);
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

    /** Returns the maximum duration of a trial: {@link #halfOpenMaxDuration()}, or else {@link #openDuration()}. */
    public Duration effectiveHalfOpenMaxDuration() {
        return halfOpenMaxDuration == null ? openDuration : halfOpenMaxDuration;
    }

    /** Returns the duration from which a trial fails: also that of a slow call, if slow calls are detected. */
    Duration longestTrial() {
        Duration trial = effectiveHalfOpenMaxDuration();
        return slowCallDuration == null || slowCallDuration.compareTo(trial) > 0 ? trial : slowCallDuration;
    }

    /**
     * Returns the longest open duration that the multiplier can reach, before the randomization by ±20 %:
     * {@link #maxOpenDuration()}, or else ten times {@link #openDuration()}.
     */
    public Duration effectiveMaxOpenDuration() {
        if (maxOpenDuration != null) {
            return maxOpenDuration;
        }
        return Duration.ofNanos(Require.nanos(openDuration)).multipliedBy(DEFAULT_OPEN_FACTOR);
    }

    /**
     * Returns these settings with half the thresholds: failures, and minimum number of calls in a window; at least 2,
     * never above the configured ones.
     */
    CircuitBreakerConfig tightened() {
        Builder builder = toBuilder();
        builder.failureThreshold = halved(failureThreshold);
        builder.minimumCalls =
                halved(detection == Detection.COUNT_WINDOW ? Math.min(minimumCalls, windowSize) : minimumCalls);
        return builder.build();
    }

    private static int halved(int threshold) {
        return Math.min(threshold, Math.max(2, threshold - threshold / 2));
    }

    /** Returns the default settings. */
    public static CircuitBreakerConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
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
        builder.rampUpDuration = rampUpDuration;
        builder.rampUpInitialRate = rampUpInitialRate;
        builder.initialState = initialState;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.matchCauses = matchCauses;
        builder.failure = failure;
        builder.failureResult = failureResult;
        builder.fleet = fleet;
        builder.fleetQuorum = fleetQuorum;
        builder.mode = mode;
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
        private Duration rampUpDuration = Duration.ZERO;
        private double rampUpInitialRate = 10;
        private InitialState initialState = InitialState.CLOSED;
        private List<FailureMatcher> exceptions = List.of(FailureMatcher.of(Throwable.class));
        private List<FailureMatcher> ignoreExceptions = List.of();
        private boolean matchCauses;
        private @Nullable Predicate<? super Throwable> failure;
        private @Nullable Predicate<@Nullable Object> failureResult;
        private FleetMode fleet = FleetMode.HINT;
        private double fleetQuorum = 0.5;
        private PolicyMode mode = PolicyMode.ENFORCE;
        private boolean stackTraces;

        private Builder() {}

        /**
         * Sets how failures are detected. By default the detection is derived from the other settings:
         * {@code windowDuration} leads to {@link Detection#TIME_WINDOW}, other settings of windows lead to
         * {@link Detection#COUNT_WINDOW}, and otherwise it is {@link Detection#LEAKY_COUNT}. If the detection is set, a
         * setting that it does not use is an error. The builder of a copy keeps the detection as if it were set, unless
         * that is the default.
         */
        public Builder detection(Detection detection) {
            this.detection.choose(Objects.requireNonNull(detection, "detection"));
            return this;
        }

        /**
         * Sets the failure count that opens the circuit, for {@link Detection#LEAKY_COUNT} and
         * {@link Detection#CONSECUTIVE}. At least 1, default 5.
         */
        public Builder failureThreshold(int failureThreshold) {
            this.failureThreshold = failureThreshold;
            detection.give(Setting.FAILURE_THRESHOLD, failureThreshold);
            return this;
        }

        /**
         * Sets the percentage of failed calls in the window that opens the circuit. Above 0, at most 100, default 50.
         */
        public Builder failureRateThreshold(double failureRateThreshold) {
            this.failureRateThreshold = failureRateThreshold;
            detection.give(Setting.FAILURE_RATE_THRESHOLD, failureRateThreshold);
            return this;
        }

        /** Sets the number of calls in the window, for {@link Detection#COUNT_WINDOW}. 1 to 50,000, default 100. */
        public Builder windowSize(int windowSize) {
            this.windowSize = windowSize;
            detection.give(Setting.WINDOW_SIZE, windowSize);
            return this;
        }

        /**
         * Sets the duration of the window, for {@link Detection#TIME_WINDOW}. Above zero, default 60 s. Calls leave the
         * window in slices of a tenth of it.
         */
        public Builder windowDuration(Duration windowDuration) {
            this.windowDuration = windowDuration;
            detection.give(Setting.WINDOW_DURATION, windowDuration);
            return this;
        }

        /**
         * Sets the minimum number of calls in the window before it can open the circuit. At least 1, default 20. With
         * {@link Detection#COUNT_WINDOW}, a larger value than {@link #windowSize} is treated as that.
         */
        public Builder minimumCalls(int minimumCalls) {
            this.minimumCalls = minimumCalls;
            detection.give(Setting.MINIMUM_CALLS, minimumCalls);
            return this;
        }

        /**
         * Sets the duration from which a call is slow, whether it has ended or is still running; for windows. Above
         * zero; null, the default, for not detecting slow calls. A slow trial of a half-open circuit fails.
         */
        public Builder slowCallDuration(@Nullable Duration slowCallDuration) {
            this.slowCallDuration = slowCallDuration;
            detection.give(Setting.SLOW_CALL_DURATION, slowCallDuration);
            return this;
        }

        /**
         * Sets the percentage of slow calls in the window that opens the circuit. Above 0, at most 100, default 100.
         * Used only with {@link #slowCallDuration}.
         */
        public Builder slowCallRateThreshold(double slowCallRateThreshold) {
            this.slowCallRateThreshold = slowCallRateThreshold;
            detection.give(Setting.SLOW_CALL_RATE_THRESHOLD, slowCallRateThreshold);
            return this;
        }

        /** Sets the number of successful trials that closes a half-open circuit. At least 1, default 3. */
        public Builder successThreshold(int successThreshold) {
            this.successThreshold = successThreshold;
            return this;
        }

        /** Sets the time that the circuit stays open before trials are admitted. Above zero, default 60 s. */
        public Builder openDuration(Duration openDuration) {
            this.openDuration = openDuration;
            return this;
        }

        /**
         * Sets the factor by which the open duration grows with each reopening without a recovery in between. At least
         * 1.0, default 1.0. Above 1.0, durations after the first are also randomized by ±20 %.
         */
        public Builder openBackoffMultiplier(double openBackoffMultiplier) {
            this.openBackoffMultiplier = openBackoffMultiplier;
            return this;
        }

        /**
         * Sets the maximum open duration that {@link #openBackoffMultiplier} leads to, before the randomization. At
         * least {@link #openDuration}; null, the default, for ten times that.
         */
        public Builder maxOpenDuration(@Nullable Duration maxOpenDuration) {
            this.maxOpenDuration = maxOpenDuration;
            return this;
        }

        /** Sets the maximum number of concurrent trials while half-open. 1 to 10,000, default 3. */
        public Builder halfOpenMaxCalls(int halfOpenMaxCalls) {
            this.halfOpenMaxCalls = halfOpenMaxCalls;
            return this;
        }

        /**
         * Sets the maximum duration of a trial before it counts as failed. Above zero; null, the default, for
         * {@link #openDuration}.
         */
        public Builder halfOpenMaxDuration(@Nullable Duration halfOpenMaxDuration) {
            this.halfOpenMaxDuration = halfOpenMaxDuration;
            return this;
        }

        /**
         * Sets the time over which a circuit that closes after its trials admits more and more calls, from
         * {@link #rampUpInitialRate} to all of them. The other calls are rejected. At least zero; default zero, for
         * admitting all calls at once.
         */
        public Builder rampUpDuration(Duration rampUpDuration) {
            this.rampUpDuration = rampUpDuration;
            return this;
        }

        /**
         * Sets the percentage of calls that is admitted when a circuit has just closed after its trials. Above 0, at
         * most 100, default 10. Used only with {@link #rampUpDuration}.
         */
        public Builder rampUpInitialRate(double rampUpInitialRate) {
            this.rampUpInitialRate = rampUpInitialRate;
            return this;
        }

        /**
         * Sets the state in which the circuit begins. Default {@link InitialState#CLOSED}. A change of this setting
         * changes nothing of a circuit that exists.
         */
        public Builder initialState(InitialState initialState) {
            this.initialState = initialState;
            return this;
        }

        /**
         * Sets the failures that count, subclasses included. Not empty, default every {@link Throwable}. Rejections by
         * other policies count only if they are named.
         */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = FailureMatcher.ofEach(exceptions);
            return this;
        }

        /**
         * Sets the failures that count by matchers, such as {@code FailureMatcher.of("http:5xx")}; otherwise like
         * {@link #exceptions(Class...)}.
         */
        public Builder exceptions(List<FailureMatcher> exceptions) {
            this.exceptions = exceptions;
            return this;
        }

        /**
         * Sets the failures that count as neither success nor failure, even if they match {@link #exceptions}.
         * Subclasses are included. Default none.
         */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = FailureMatcher.ofEach(ignoreExceptions);
            return this;
        }

        /**
         * Sets the failures that count as neither success nor failure by matchers; otherwise like
         * {@link #ignoreExceptions(Class...)}.
         */
        public Builder ignoreExceptions(List<FailureMatcher> ignoreExceptions) {
            this.ignoreExceptions = ignoreExceptions;
            return this;
        }

        /**
         * Sets whether {@link #exceptions(Class...)} and {@link #ignoreExceptions(Class...)} match the causes of a
         * failure like the failure itself. Default false: only exceptions that merely wrap a failure, such as
         * {@code ExecutionException}, are looked through.
         */
        public Builder matchCauses(boolean matchCauses) {
            this.matchCauses = matchCauses;
            return this;
        }

        /**
         * Sets an additional condition for failures that match {@link #exceptions} to count. It is called with the
         * unwrapped failure; null, the default, for no condition. Replaces all earlier conditions. If it throws, that
         * is logged and the classes alone decide.
         */
        public Builder failure(@Nullable Predicate<? super Throwable> failure) {
            this.failure = failure;
            return this;
        }

        /**
         * Adds a condition for failures of one class, subclasses included, to count, as in
         * {@code failure(SQLException.class, e -> e.getErrorCode() == 1205)}. Failures of other classes are not
         * affected. May be called for several classes. Default no condition.
         */
        public <E extends Throwable> Builder failure(Class<E> type, Predicate<? super E> condition) {
            failure = TypedConditions.narrow(failure, type, condition);
            return this;
        }

        /**
         * Adds results of one class, subclasses included, that count as a failure although nothing was thrown, as in
         * {@code failureResult(Response.class, r -> r.status() == 503)}. Other results, including null, count only if
         * an earlier condition accepts them. May be called for several classes. Default no results.
         */
        public <R> Builder failureResult(Class<R> type, Predicate<? super R> condition) {
            failureResult = TypedConditions.widen(failureResult, type, condition);
            return this;
        }

        /**
         * Sets the results that count as a failure although nothing was thrown (asynchronous calls: the future's
         * value). Null, the default, for no results. Replaces all earlier conditions. If it throws, that is logged and
         * the result counts as success.
         */
        public Builder failureResult(@Nullable Predicate<@Nullable Object> failureResult) {
            this.failureResult = failureResult;
            return this;
        }

        /**
         * Sets how the circuit takes part in the fleet of all processes of the application. Default
         * {@link FleetMode#HINT}.
         */
        public Builder fleet(FleetMode fleet) {
            this.fleet = fleet;
            return this;
        }

        /**
         * Sets the part of the processes that call the dependency whose open circuits open all others, for
         * {@link FleetMode#QUORUM}. At least two processes are needed in any case. Above 0, at most 1, default 0.5.
         */
        public Builder fleetQuorum(double fleetQuorum) {
            this.fleetQuorum = fleetQuorum;
            return this;
        }

        /**
         * Sets whether the policy acts, or only counts when it would. Default {@link PolicyMode#ENFORCE}; with
         * {@link PolicyMode#OBSERVE}, an open circuit admits all calls.
         */
        public Builder mode(PolicyMode mode) {
            this.mode = mode;
            return this;
        }

        /** Sets whether a {@link CircuitOpenException} has a stack trace. Default false. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * Builds the configuration.
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
                    rampUpDuration,
                    rampUpInitialRate,
                    initialState,
                    exceptions,
                    ignoreExceptions,
                    matchCauses,
                    failure,
                    failureResult,
                    fleet,
                    fleetQuorum,
                    mode,
                    stackTraces);
        }
    }
}

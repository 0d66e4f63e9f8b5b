package io.netrun.resilience.retry;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a configuration means for a call, worked out once. A call takes them when it begins and goes by them to its end,
 * whatever is reconfigured meanwhile. Immutable.
 */
final class RetryRules {

    private static final Logger log = LoggerFactory.getLogger(RetryRules.class);

    private final String name;
    private final RetryConfig config;
    private final boolean enabled;
    private final ExceptionFilter retried;
    private final Backoff backoff;
    private final long totalNanos; // 0 where there is no limit
    private final @Nullable Predicate<@Nullable Object> failureResult;

    /** Whether a call's good first attempt matters to nobody: the one question that every call asks. */
    private final boolean fastPath;

    RetryRules(String name, RetryConfig config, boolean enabled, DoubleSupplier random) {
        this.name = name;
        this.config = config;
        this.enabled = enabled;
        this.retried = new ExceptionFilter(config.exceptions(), config.ignoreExceptions(), config.failure());
        this.backoff = new Backoff(config, random);
        this.totalNanos = config.maxDuration() == null ? 0 : Require.nanos(config.maxDuration());
        this.failureResult = config.failureResult();
        this.fastPath = enabled && totalNanos == 0 && failureResult == null && config.budget() == null;
    }

    boolean isEnabled() {
        return enabled;
    }

    boolean isFastPath() {
        return fastPath;
    }

    RetryConfig config() {
        return config;
    }

    Backoff backoff() {
        return backoff;
    }

    boolean retries(Throwable failure) {
        return retried.matches(failure);
    }

    /** Whether code of the user decides what is retried, which may take its time. */
    boolean asksUser() {
        return config.failure() != null;
    }

    boolean namesInterrupt(Throwable failure) {
        return retried.namesInterrupt(failure);
    }

    /** The time limit of a call that begins: the total one, where there is one, within the limit around it. */
    Deadline limit(Ticker ticker, Deadline around) {
        return totalNanos == 0 ? around : around.within(ticker, totalNanos);
    }

    /** What stands for a result that is not accepted; null if it is. */
    @Nullable
    UnacceptableResultException checkResult(@Nullable Object result) {
        try {
            return failureResult != null && failureResult.test(result)
                    ? new UnacceptableResultException(name, result)
                    : null;
        } catch (Throwable thrown) {
            SafeLog.error(log, "Retry '{}': failureResult failed; the result is accepted", name, thrown);
            return null;
        }
    }

    /** A call's first attempt succeeded. */
    void onFirstAttemptSuccess() {
        RetryBudget budget = config.budget();
        if (budget != null) {
            budget.giveBack(1);
        }
    }

    /** What an attempt of an asynchronous call threw. */
    static Throwable asThrown(@Nullable Throwable failure) {
        return failure == null ? new NullPointerException("the attempt failed without a failure") : failure;
    }
}

package io.netrun.resilience.retry;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that follow from a configuration, computed once. A call uses the rules that were in force when it began
 * until its end, even if the retry is reconfigured meanwhile. Immutable.
 */
final class RetryRules {

    private static final Logger log = LoggerFactory.getLogger(RetryRules.class);

    private final String name;
    private final RetryConfig config;
    private final boolean enabled;
    private final ExceptionFilter retried;
    private final Backoff backoff;
    private final long totalNanos; // 0 for no limit
    private final @Nullable Predicate<@Nullable Object> failureResult;

    /** The total of calls whose first attempt succeeded; null if they are not counted. */
    private final @Nullable LongAdder succeeded;

    /** Whether a successful first attempt needs no further processing; the only check that every call makes. */
    private final boolean fastPath;

    RetryRules(String name, RetryConfig config, boolean enabled, DoubleSupplier random, LongAdder succeeded) {
        this.name = name;
        this.succeeded = config.countSuccesses() ? succeeded : null;
        this.config = config;
        this.enabled = enabled;
        this.retried = new ExceptionFilter(
                config.exceptions(), config.ignoreExceptions(), config.failure(), config.matchCauses());
        this.backoff = new Backoff(config, random);
        this.totalNanos = config.maxDuration() == null ? 0 : Require.nanos(config.maxDuration());
        this.failureResult = config.failureResult();
        this.fastPath = enabled
                && totalNanos == 0
                && failureResult == null
                && config.budget() == null
                && !config.countSuccesses();
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

    /** Returns whether user code runs before each further attempt, which may take some time. */
    boolean hasHook() {
        return config.beforeRetry() != null;
    }

    /**
     * Runs the user code before a further attempt, if there is any, in the scope of the call.
     *
     * @param attempt the number of the failed attempt, from 1
     * @throws InterruptedException if the code was interrupted. Anything else that it throws is logged
     */
    void callHook(Throwable failure, int attempt, Deadline scope) throws InterruptedException {
        BeforeRetry hook = config.beforeRetry();
        if (hook == null) {
            return;
        }
        Deadline before = scope.enterScope();
        try {
            hook.beforeRetry(ExceptionFilter.rootOf(failure), attempt);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) {
            SafeLog.error(log, "Retry '{}': beforeRetry failed; the attempt is made nevertheless", name, thrown);
        } finally {
            Deadline.exitScope(before);
        }
    }

    /** Returns whether user code decides what is retried, which may take some time. */
    boolean hasPredicate() {
        return config.failure() != null;
    }

    boolean namesInterrupt(Throwable failure) {
        return retried.namesInterrupt(failure);
    }

    /** Returns whether the time of a call is limited, so that {@link #limit} returns a deadline of its own. */
    boolean hasTimeLimit() {
        return totalNanos != 0;
    }

    /** Returns the deadline of a call that begins: the total limit, if there is one, nested in the outer limit. */
    Deadline limit(Ticker ticker, Deadline around) {
        return totalNanos == 0 ? around : around.within(ticker, totalNanos);
    }

    /** Returns the failure that represents a result which is not accepted; null if it is accepted. */
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

    /** Records that the first attempt of a call succeeded. */
    void onFirstAttemptSuccess() {
        if (succeeded != null) {
            succeeded.increment();
        }
        RetryBudget budget = config.budget();
        if (budget != null) {
            budget.returnTokens(1);
        }
    }

    /** Returns what an attempt of an asynchronous call threw. */
    static Throwable asThrown(@Nullable Throwable failure) {
        return failure == null ? new NullPointerException("the attempt failed without a failure") : failure;
    }
}

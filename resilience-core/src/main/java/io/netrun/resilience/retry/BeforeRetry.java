package io.netrun.resilience.retry;

/**
 * Code that runs between the delay and each further attempt of a call, for example to renew a token. It runs on the
 * thread that makes the attempt: that of the caller for a sync call, a worker thread for an asynchronous one, so it may
 * block. It runs within the time limits of the call. The attempt follows when it returns, unless the call has ended
 * meanwhile or has no time left. If it throws, that is logged and the attempt is made nevertheless.
 */
@FunctionalInterface
public interface BeforeRetry {

    /**
     * Prepares the next attempt.
     *
     * @param failure the unwrapped failure of the last attempt; an {@link UnacceptableResultException} if its result
     *     was not accepted
     * @param attempt the number of the failed attempt, from 1
     * @throws Exception anything; an {@link InterruptedException} on the thread of a sync call ends the call, as an
     *     interrupt during the delay does
     */
    void beforeRetry(Throwable failure, int attempt) throws Exception;
}

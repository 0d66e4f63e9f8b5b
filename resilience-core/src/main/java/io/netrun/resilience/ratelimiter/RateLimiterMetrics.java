package io.netrun.resilience.ratelimiter;

import java.time.Duration;

/**
 * A snapshot of a rate limiter. Totals count from the creation of the instance.
 *
 * @param limit number of calls per period, as it is configured
 * @param period the time in which that many calls may begin, as it is configured
 * @param inForce number of calls per period that is in force: the limit, or less if the rate is
 *     {@linkplain RateLimiter#limitTo lowered} or the instance {@linkplain RateLimiterConfig#warmUp() warms up}; in
 *     thousandths
 * @param available calls that could begin at once
 * @param waiting calls waiting for their reserved token
 * @param totalAccepted calls admitted, at once or after a wait
 * @param totalRejected calls rejected
 * @param totalWouldWait mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that began at once and would have
 *     waited
 * @param totalWouldReject mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that began and would have been
 *     rejected
 * @param waitingTokens tokens that the waiting calls will take
 * @param totalAcceptedTokens tokens of the calls admitted
 * @param totalRejectedTokens tokens of the calls rejected
 * @param pausedFor the time until a {@linkplain RateLimiter#pauseFor pause} is over; zero without one
 * @param totalPauses pauses that have begun
 * @param totalWouldPause mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: pauses that would have begun
 */
public record RateLimiterMetrics(
        int limit,
        Duration period,
        double inForce,
        int available,
        int waiting,
        long totalAccepted,
        long totalRejected,
        long totalWouldWait,
        long totalWouldReject,
        long waitingTokens,
        long totalAcceptedTokens,
        long totalRejectedTokens,
        Duration pausedFor,
        long totalPauses,
        long totalWouldPause) {}

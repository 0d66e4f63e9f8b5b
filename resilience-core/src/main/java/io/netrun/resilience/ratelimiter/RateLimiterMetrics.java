package io.netrun.resilience.ratelimiter;

import java.time.Duration;

/**
 * What a rate limiter was doing at one moment. The totals count from the creation of the instance.
 *
 * @param limit calls per period
 * @param period the time in which that many calls may begin
 * @param available calls that could begin at once
 * @param waiting calls waiting for their reservation
 * @param totalAccepted calls let in, at once or after a wait
 * @param totalRejected calls refused
 */
public record RateLimiterMetrics(
        int limit, Duration period, int available, int waiting, long totalAccepted, long totalRejected) {}

package io.netrun.resilience.kotlin

import io.netrun.resilience.FailureMatcher
import io.netrun.resilience.bulkhead.BulkheadConfig
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig
import io.netrun.resilience.fallback.FallbackConfig
import io.netrun.resilience.hedge.HedgeConfig
import io.netrun.resilience.ratelimiter.RateLimiterConfig
import io.netrun.resilience.retry.RetryConfig
import io.netrun.resilience.timeout.TimeoutConfig
import kotlin.reflect.KClass
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** Sets `maxWait`; see [BulkheadConfig.Builder.maxWait]. */
public fun BulkheadConfig.Builder.maxWait(maxWait: Duration): BulkheadConfig.Builder =
    maxWait(maxWait.toJavaDuration())

/** Sets `windowDuration`; see [CircuitBreakerConfig.Builder.windowDuration]. */
public fun CircuitBreakerConfig.Builder.windowDuration(windowDuration: Duration): CircuitBreakerConfig.Builder =
    windowDuration(windowDuration.toJavaDuration())

/** Sets `slowCallDuration`; see [CircuitBreakerConfig.Builder.slowCallDuration]. */
public fun CircuitBreakerConfig.Builder.slowCallDuration(slowCallDuration: Duration): CircuitBreakerConfig.Builder =
    slowCallDuration(slowCallDuration.toJavaDuration())

/** Sets `openDuration`; see [CircuitBreakerConfig.Builder.openDuration]. */
public fun CircuitBreakerConfig.Builder.openDuration(openDuration: Duration): CircuitBreakerConfig.Builder =
    openDuration(openDuration.toJavaDuration())

/** Sets `maxOpenDuration`; see [CircuitBreakerConfig.Builder.maxOpenDuration]. */
public fun CircuitBreakerConfig.Builder.maxOpenDuration(maxOpenDuration: Duration): CircuitBreakerConfig.Builder =
    maxOpenDuration(maxOpenDuration.toJavaDuration())

/** Sets `halfOpenMaxDuration`; see [CircuitBreakerConfig.Builder.halfOpenMaxDuration]. */
public fun CircuitBreakerConfig.Builder.halfOpenMaxDuration(halfOpenMaxDuration: Duration): CircuitBreakerConfig.Builder =
    halfOpenMaxDuration(halfOpenMaxDuration.toJavaDuration())

/** Sets `rampUpDuration`; see [CircuitBreakerConfig.Builder.rampUpDuration]. */
public fun CircuitBreakerConfig.Builder.rampUpDuration(rampUpDuration: Duration): CircuitBreakerConfig.Builder =
    rampUpDuration(rampUpDuration.toJavaDuration())

/** Sets `stale`; see [FallbackConfig.Builder.stale]. */
public fun FallbackConfig.Builder.stale(stale: Duration): FallbackConfig.Builder =
    stale(stale.toJavaDuration())

/** Sets `delay`; see [HedgeConfig.Builder.delay]. */
public fun HedgeConfig.Builder.delay(delay: Duration): HedgeConfig.Builder =
    delay(delay.toJavaDuration())

/** Sets `initialDelay`; see [HedgeConfig.Builder.initialDelay]. */
public fun HedgeConfig.Builder.initialDelay(initialDelay: Duration): HedgeConfig.Builder =
    initialDelay(initialDelay.toJavaDuration())

/** Sets `minDelay`; see [HedgeConfig.Builder.minDelay]. */
public fun HedgeConfig.Builder.minDelay(minDelay: Duration): HedgeConfig.Builder =
    minDelay(minDelay.toJavaDuration())

/** Sets `period`; see [RateLimiterConfig.Builder.period]. */
public fun RateLimiterConfig.Builder.period(period: Duration): RateLimiterConfig.Builder =
    period(period.toJavaDuration())

/** Sets `maxWait`; see [RateLimiterConfig.Builder.maxWait]. */
public fun RateLimiterConfig.Builder.maxWait(maxWait: Duration): RateLimiterConfig.Builder =
    maxWait(maxWait.toJavaDuration())

/** Sets `maxPause`; see [RateLimiterConfig.Builder.maxPause]. */
public fun RateLimiterConfig.Builder.maxPause(maxPause: Duration): RateLimiterConfig.Builder =
    maxPause(maxPause.toJavaDuration())

/** Sets `warmUp`; see [RateLimiterConfig.Builder.warmUp]. */
public fun RateLimiterConfig.Builder.warmUp(warmUp: Duration): RateLimiterConfig.Builder =
    warmUp(warmUp.toJavaDuration())

/** Sets `maxDuration`; see [RetryConfig.Builder.maxDuration]. */
public fun RetryConfig.Builder.maxDuration(maxDuration: Duration): RetryConfig.Builder =
    maxDuration(maxDuration.toJavaDuration())

/** Sets `baseDelay`; see [RetryConfig.Builder.baseDelay]. */
public fun RetryConfig.Builder.baseDelay(baseDelay: Duration): RetryConfig.Builder =
    baseDelay(baseDelay.toJavaDuration())

/** Sets `maxDelay`; see [RetryConfig.Builder.maxDelay]. */
public fun RetryConfig.Builder.maxDelay(maxDelay: Duration): RetryConfig.Builder =
    maxDelay(maxDelay.toJavaDuration())

/** Sets `duration`; see [TimeoutConfig.Builder.duration]. */
public fun TimeoutConfig.Builder.duration(duration: Duration): TimeoutConfig.Builder =
    duration(duration.toJavaDuration())

/** Adds the base delay of a particular failure; see [RetryConfig.Builder.failureDelay]. */
public fun RetryConfig.Builder.failureDelay(failure: FailureMatcher, baseDelay: Duration): RetryConfig.Builder =
    failureDelay(failure, baseDelay.toJavaDuration())

/** Sets `exceptions` by classes, subclasses included; see [RetryConfig.Builder.exceptions]. */
public fun RetryConfig.Builder.exceptions(vararg exceptions: KClass<out Throwable>): RetryConfig.Builder =
    exceptions(exceptions.map { FailureMatcher.of(it.java) })

/** Sets `ignoreExceptions` by classes, subclasses included; see [RetryConfig.Builder.ignoreExceptions]. */
public fun RetryConfig.Builder.ignoreExceptions(vararg ignoreExceptions: KClass<out Throwable>): RetryConfig.Builder =
    ignoreExceptions(ignoreExceptions.map { FailureMatcher.of(it.java) })

/** Adds a condition for failures of one class, subclasses included; see [RetryConfig.Builder.failure]. */
public inline fun <reified E : Throwable> RetryConfig.Builder.failureOf(
    crossinline condition: (E) -> Boolean,
): RetryConfig.Builder = failure(E::class.java) { condition(it) }

/** Adds results of one class that count as failures; see [RetryConfig.Builder.failureResult]. */
public inline fun <reified R : Any> RetryConfig.Builder.failureResultOf(
    crossinline condition: (R) -> Boolean,
): RetryConfig.Builder = failureResult(R::class.java) { condition(it) }

/** Sets `exceptions` by classes, subclasses included; see [CircuitBreakerConfig.Builder.exceptions]. */
public fun CircuitBreakerConfig.Builder.exceptions(vararg exceptions: KClass<out Throwable>): CircuitBreakerConfig.Builder =
    exceptions(exceptions.map { FailureMatcher.of(it.java) })

/** Sets `ignoreExceptions` by classes, subclasses included; see [CircuitBreakerConfig.Builder.ignoreExceptions]. */
public fun CircuitBreakerConfig.Builder.ignoreExceptions(vararg ignoreExceptions: KClass<out Throwable>): CircuitBreakerConfig.Builder =
    ignoreExceptions(ignoreExceptions.map { FailureMatcher.of(it.java) })

/** Adds a condition for failures of one class, subclasses included; see [CircuitBreakerConfig.Builder.failure]. */
public inline fun <reified E : Throwable> CircuitBreakerConfig.Builder.failureOf(
    crossinline condition: (E) -> Boolean,
): CircuitBreakerConfig.Builder = failure(E::class.java) { condition(it) }

/** Adds results of one class that count as failures; see [CircuitBreakerConfig.Builder.failureResult]. */
public inline fun <reified R : Any> CircuitBreakerConfig.Builder.failureResultOf(
    crossinline condition: (R) -> Boolean,
): CircuitBreakerConfig.Builder = failureResult(R::class.java) { condition(it) }

/** Replaces a type of failure, subclasses included, with the result of a function; see [FallbackConfig.Builder.handle]. */
public inline fun <reified E : Throwable> FallbackConfig.Builder.handleFailure(
    crossinline handler: (E) -> Any?,
): FallbackConfig.Builder = handle(E::class.java) { handler(it) }

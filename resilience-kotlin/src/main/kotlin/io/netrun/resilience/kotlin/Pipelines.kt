package io.netrun.resilience.kotlin

import io.netrun.resilience.Pipeline
import io.netrun.resilience.Policy
import io.netrun.resilience.ResilienceRegistry
import io.netrun.resilience.Ticker
import io.netrun.resilience.bulkhead.Bulkhead
import io.netrun.resilience.bulkhead.BulkheadConfig
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig
import io.netrun.resilience.fallback.Fallback
import io.netrun.resilience.fallback.FallbackConfig
import io.netrun.resilience.hedge.Hedge
import io.netrun.resilience.hedge.HedgeConfig
import io.netrun.resilience.kotlin.internal.Creation
import io.netrun.resilience.kotlin.internal.Lookup
import io.netrun.resilience.kotlin.internal.PolicySource
import io.netrun.resilience.ratelimiter.RateLimiter
import io.netrun.resilience.ratelimiter.RateLimiterConfig
import io.netrun.resilience.retry.Retry
import io.netrun.resilience.retry.RetryConfig
import io.netrun.resilience.timeout.Timeout
import io.netrun.resilience.timeout.TimeoutConfig

/** Keeps the blocks of a pipeline apart: no policy is added from within the settings of another one. */
@DslMarker
@Target(AnnotationTarget.CLASS, AnnotationTarget.TYPE)
public annotation class ResilienceDsl

/**
 * Creates a pipeline of new policies, outermost first:
 *
 * ```
 * val payments = pipeline("payments") {
 *     timeout { duration(2.seconds) }
 *     retry { maxAttempts(3).baseDelay(200.milliseconds) }
 *     circuitBreaker { failureThreshold(10) }
 * }
 * ```
 *
 * @param name the name of the policies, unless they have one of their own
 * @param ticker the source of time of the policies
 * @param policies adds the policies
 * @throws IllegalArgumentException if a setting is out of its range
 */
public fun pipeline(name: String, ticker: Ticker = Ticker.system(), policies: PipelineBuilder.() -> Unit): Pipeline =
    PipelineBuilder(name, Creation(ticker)).apply(policies).build()

/**
 * Creates a pipeline of policies of this registry, outermost first. The same pattern and name is the same instance,
 * wherever it is asked for: the settings count if it is created here.
 *
 * @param name the name of the policies, unless they have one of their own
 * @param policies adds the policies
 * @throws IllegalArgumentException if a setting is out of its range
 */
public fun ResilienceRegistry.pipeline(name: String, policies: PipelineBuilder.() -> Unit): Pipeline =
    PipelineBuilder(name, Lookup(this)).apply(policies).build()

/** Collects the policies of a pipeline, outermost first. Confined to the block of [pipeline]. */
@ResilienceDsl
public class PipelineBuilder internal constructor(private val name: String, private val source: PolicySource) {

    private val policies = ArrayList<Policy>()

    internal fun build(): Pipeline = Pipeline.of(policies)

    /** Adds a policy that exists. */
    public fun <P : Policy> policy(policy: P): P {
        policies.add(policy)
        return policy
    }

    /** Adds a timeout, which limits how long calls take. */
    public fun timeout(
        name: String = this.name,
        settings: (@ResilienceDsl TimeoutConfig.Builder).() -> Unit = {},
    ): Timeout = policy(source.get(Timeout.TYPE, name, TimeoutConfig.builder().apply(settings).build()))

    /** Adds a retry, which repeats failed calls. */
    public fun retry(
        name: String = this.name,
        settings: (@ResilienceDsl RetryConfig.Builder).() -> Unit = {},
    ): Retry = policy(source.get(Retry.TYPE, name, RetryConfig.builder().apply(settings).build()))

    /** Adds a circuit breaker, which stops calls to what keeps failing. */
    public fun circuitBreaker(
        name: String = this.name,
        settings: (@ResilienceDsl CircuitBreakerConfig.Builder).() -> Unit = {},
    ): CircuitBreaker = policy(source.get(CircuitBreaker.TYPE, name, CircuitBreakerConfig.builder().apply(settings).build()))

    /** Adds a bulkhead, which limits how many calls run at the same time. */
    public fun bulkhead(
        name: String = this.name,
        settings: (@ResilienceDsl BulkheadConfig.Builder).() -> Unit = {},
    ): Bulkhead = policy(source.get(Bulkhead.TYPE, name, BulkheadConfig.builder().apply(settings).build()))

    /** Adds a rate limiter, which limits how many calls start in a period. */
    public fun rateLimiter(
        name: String = this.name,
        settings: (@ResilienceDsl RateLimiterConfig.Builder).() -> Unit = {},
    ): RateLimiter = policy(source.get(RateLimiter.TYPE, name, RateLimiterConfig.builder().apply(settings).build()))

    /** Adds a fallback, which replaces the result of failed calls. */
    public fun fallback(
        name: String = this.name,
        settings: (@ResilienceDsl FallbackConfig.Builder).() -> Unit = {},
    ): Fallback = policy(source.get(Fallback.TYPE, name, FallbackConfig.builder().apply(settings).build()))

    /** Adds a hedge, which starts a second attempt beside a slow one. */
    public fun hedge(
        name: String = this.name,
        settings: (@ResilienceDsl HedgeConfig.Builder).() -> Unit = {},
    ): Hedge = policy(source.get(Hedge.TYPE, name, HedgeConfig.builder().apply(settings).build()))
}

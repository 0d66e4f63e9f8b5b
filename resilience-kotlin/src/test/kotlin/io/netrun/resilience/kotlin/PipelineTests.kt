package io.netrun.resilience.kotlin

import io.netrun.resilience.FailureMatcher
import io.netrun.resilience.ResilienceRegistry
import io.netrun.resilience.bulkhead.Bulkhead
import io.netrun.resilience.bulkhead.BulkheadConfig
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig
import io.netrun.resilience.fallback.FallbackConfig
import io.netrun.resilience.hedge.HedgeConfig
import io.netrun.resilience.ratelimiter.RateLimiterConfig
import io.netrun.resilience.retry.Retry
import io.netrun.resilience.retry.RetryConfig
import io.netrun.resilience.test.ManualTicker
import io.netrun.resilience.timeout.Timeout
import io.netrun.resilience.timeout.TimeoutConfig
import java.io.FileNotFoundException
import java.io.IOException
import java.lang.reflect.Modifier
import java.time.Duration as JavaDuration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** The notation for pipelines, and settings in the words of Kotlin. */
class PipelineTests {

    @Test
    fun pipelineShouldHaveItsPoliciesInOrder() {
        val pipeline = pipeline("pay") {
            fallback { value(null) }
            timeout { duration(2.seconds) }
            rateLimiter { limit(5) }
            bulkhead("shared") { maxConcurrent(3) }
            retry { maxAttempts(2).baseDelay(200.milliseconds) }
            circuitBreaker()
            hedge { delay(50.milliseconds) }
            timeout("attempt") { duration(500.milliseconds) }
        }
        assertThat(pipeline).hasToString(
            "Pipeline[fallback 'pay' > timeout 'pay' > rate-limiter 'pay' > bulkhead 'shared' > retry 'pay' > " +
                "circuit-breaker 'pay' > hedge 'pay' > timeout 'attempt']",
        )
        val retry = pipeline.policies()[4] as Retry
        assertThat(retry.config().maxAttempts()).isEqualTo(2)
        assertThat(retry.config().baseDelay()).isEqualTo(JavaDuration.ofMillis(200))
        assertThat((pipeline.policies()[3] as Bulkhead).config().maxConcurrent()).isEqualTo(3)
    }

    @Test
    fun policyThatExistsShouldBeShared() {
        val shared = CircuitBreaker.of("shared")
        val pipeline = pipeline("pay") { assertThat(policy(shared)).isSameAs(shared) }
        assertThat(pipeline.policies()).containsExactly(shared)
    }

    @Test
    fun pipelineOfARegistryShouldHaveItsInstances() {
        val registry = ResilienceRegistry.create()
        val first = registry.pipeline("pay") { circuitBreaker { failureThreshold(7) } }
        val second = registry.pipeline("pay") { circuitBreaker { failureThreshold(8) } }
        val breaker = registry.find(CircuitBreaker.TYPE, "pay").orElseThrow()
        assertThat(first.policies()).containsExactly(breaker)
        assertThat(second.policies()).containsExactly(breaker)
        assertThat(breaker.config().failureThreshold()).isEqualTo(7)
    }

    @Test
    fun policiesShouldHaveTheTicker() = runBlocking<Unit> {
        val ticker = ManualTicker()
        pipeline("pay", ticker) { timeout { duration(1.seconds) } }.callSuspend {
            assertThat(ticker.scheduledCount()).isEqualTo(1)
        }
    }

    @Test
    fun settingOutOfItsRangeShouldBeNamed() {
        val thrown = assertThrows<IllegalArgumentException> { pipeline("pay") { retry { maxAttempts(0) } } }
        assertThat(thrown).hasMessageContaining("maxAttempts")
    }

    @Test
    fun classesAndConditionsShouldBeOfKotlin() {
        val config = RetryConfig.builder()
            .exceptions(IOException::class)
            .ignoreExceptions(FileNotFoundException::class)
            .failureOf<IOException> { it.message == "again" }
            .failureResultOf<String> { it.isEmpty() }
            .build()
        val calls = Retry.of("pay", config.toBuilder().maxAttempts(2).baseDelay(0.seconds).build())
        var attempts = 0
        fun attemptsOf(call: () -> String): Int {
            attempts = 0
            try {
                calls.call<String, Exception> { attempts++; call() }
            } catch (expected: Exception) {
                // counted
            }
            return attempts
        }
        assertThat(attemptsOf { throw IOException("again") }).isEqualTo(2)
        assertThat(attemptsOf { throw IOException("no") }).isEqualTo(1)
        assertThat(attemptsOf { throw FileNotFoundException("again") }).isEqualTo(1)
        assertThat(attemptsOf { throw IllegalStateException() }).isEqualTo(1)
        assertThat(attemptsOf { "" }).isEqualTo(2)
        assertThat(attemptsOf { "answer" }).isEqualTo(1)
    }

    @Test
    fun conditionsOfCircuitsShouldBeOfKotlin() {
        val breaker = CircuitBreaker.of(
            "pay",
            CircuitBreakerConfig.builder()
                .exceptions(IOException::class)
                .ignoreExceptions(FileNotFoundException::class)
                .failureOf<IOException> { it.message == "counts" }
                .failureResultOf<String> { it.isEmpty() }
                .build(),
        )
        for (failure in listOf(IOException("counts"), IOException("no"), FileNotFoundException("counts"))) {
            assertThrows<IOException> { breaker.call<String, IOException> { throw failure } }
        }
        breaker.call<String, IOException> { "" }
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2)
    }

    @Test
    fun fallbackShouldHandleATypeOfFailure() = runBlocking<Unit> {
        val calls = pipeline("pay") { fallback { handleFailure<IOException> { "no " + it.message } } }
        assertThat(calls.callSuspend<String> { throw FileNotFoundException("file") }).isEqualTo("no file")
        assertThrows<IllegalStateException> { calls.callSuspend<String> { throw IllegalStateException() } }
    }

    /** A duration that is added to the core is added here. */
    @Test
    fun everyDurationShouldBeOneOfKotlin() {
        val builders = listOf(
            BulkheadConfig.Builder::class.java,
            CircuitBreakerConfig.Builder::class.java,
            FallbackConfig.Builder::class.java,
            HedgeConfig.Builder::class.java,
            RateLimiterConfig.Builder::class.java,
            RetryConfig.Builder::class.java,
            TimeoutConfig.Builder::class.java,
        )
        val expected = builders.flatMap { builder ->
            builder.methods
                .filter { JavaDuration::class.java in it.parameterTypes }
                .map { builder.enclosingClass.simpleName + "." + it.name }
        }
        val extensions = Class.forName("io.netrun.resilience.kotlin.SettingsKt").methods
            .filter { Modifier.isStatic(it.modifiers) && Long::class.java in it.parameterTypes }
            .map { it.parameterTypes[0].enclosingClass.simpleName + "." + it.name.substringBefore('-') }
        assertThat(extensions).containsExactlyInAnyOrderElementsOf(expected)
    }

    @Test
    fun everyDurationShouldBeSet() {
        val bulkhead = BulkheadConfig.builder().maxWait(1.seconds).build()
        assertThat(bulkhead.maxWait()).isEqualTo(JavaDuration.ofSeconds(1))
        val breaker = CircuitBreakerConfig.builder().openDuration(2.seconds).maxOpenDuration(3.seconds)
            .halfOpenMaxDuration(4.seconds).slowCallDuration(5.seconds).slowCallRateThreshold(0.5)
            .windowDuration(6.seconds).rampUpDuration(7.seconds).build()
        assertThat(breaker.openDuration()).isEqualTo(JavaDuration.ofSeconds(2))
        assertThat(breaker.maxOpenDuration()).isEqualTo(JavaDuration.ofSeconds(3))
        assertThat(breaker.halfOpenMaxDuration()).isEqualTo(JavaDuration.ofSeconds(4))
        assertThat(breaker.slowCallDuration()).isEqualTo(JavaDuration.ofSeconds(5))
        assertThat(breaker.windowDuration()).isEqualTo(JavaDuration.ofSeconds(6))
        assertThat(breaker.rampUpDuration()).isEqualTo(JavaDuration.ofSeconds(7))
        val limiter = RateLimiterConfig.builder().period(2.seconds).maxWait(3.seconds).warmUp(4.seconds)
            .maxPause(5.seconds).build()
        assertThat(limiter.period()).isEqualTo(JavaDuration.ofSeconds(2))
        assertThat(limiter.maxWait()).isEqualTo(JavaDuration.ofSeconds(3))
        assertThat(limiter.warmUp()).isEqualTo(JavaDuration.ofSeconds(4))
        assertThat(limiter.maxPause()).isEqualTo(JavaDuration.ofSeconds(5))
        val retry = RetryConfig.builder().baseDelay(2.seconds).maxDelay(9.seconds).maxDuration(20.seconds)
            .failureDelay(FailureMatcher.of("http:429"), 3.seconds).build()
        assertThat(retry.maxDelay()).isEqualTo(JavaDuration.ofSeconds(9))
        assertThat(retry.maxDuration()).isEqualTo(JavaDuration.ofSeconds(20))
        assertThat(retry.failureDelays()).hasSize(1)
        assertThat(Timeout.of("pay", TimeoutConfig.builder().duration(2.seconds).build()).config().duration())
            .isEqualTo(JavaDuration.ofSeconds(2))
    }
}

package io.netrun.resilience.spring.kotlin

import io.netrun.resilience.ResilienceRegistry
import io.netrun.resilience.bulkhead.Bulkhead
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.retry.RetryExhaustedException
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration
import io.netrun.resilience.spring.problem.ResilienceConfigurationException
import io.netrun.resilience.timeout.TimeoutExceededException
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.test.context.FilteredClassLoader
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.core.NestedExceptionUtils

/** A suspending function is protected until it has resumed for the last time, and each attempt calls it again. */
@Timeout(60)
class SuspendingMethodTests {

    private val bare = ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration::class.java))

    private val runner = bare
        .withBean(Carrier::class.java)
        .withPropertyValues(
            "resilience.retry.instances.carrier.base-delay=1ms",
            "resilience.timeout.instances.carrier.duration=50ms",
            "resilience.bulkhead.instances.carrier.max-concurrent=1",
            "resilience.bulkhead.instances.carrier.max-queue=0",
        )

    private fun with(test: suspend CoroutineScope.(Carrier, ResilienceRegistry) -> Unit) {
        runner.run { context ->
            assertThat(context).hasNotFailed()
            runBlocking {
                test(context.getBean(Carrier::class.java), context.getBean(ResilienceRegistry::class.java))
            }
        }
    }

    private fun bulkhead(registry: ResilienceRegistry) =
        registry.find(Bulkhead.TYPE, "carrier").orElseThrow().metrics()

    private fun breaker(registry: ResilienceRegistry) =
        registry.find(CircuitBreaker.TYPE, "carrier").orElseThrow().metrics()

    @Test
    fun functionThatFailsShouldBeCalledAgain() = with { carrier, registry ->
        carrier.failures().set(2)
        assertThat(carrier.quote("book")).isEqualTo("book 3")
        assertThat(bulkhead(registry).totalAccepted()).isEqualTo(1)
        assertThat(bulkhead(registry).asyncActive()).isZero()
        assertThat(breaker(registry).totalFailed()).isEqualTo(2)
    }

    @Test
    fun functionShouldUseTheInstanceOfItsKey() = with { carrier, registry ->
        assertThat(carrier.ask("a") + carrier.ask("b")).isEqualTo("ab")
        assertThat(registry.find(Bulkhead.TYPE, "tenant:a")).isPresent()
        assertThat(registry.find(Bulkhead.TYPE, "tenant:b")).isPresent()
        assertThat(registry.find(Bulkhead.TYPE, "tenant")).isEmpty()
    }

    @Test
    fun functionWhenAttemptsAreUsedUpShouldFail() = with { carrier, _ ->
        carrier.failures().set(9)
        assertThrows<RetryExhaustedException> { carrier.quote("book") }
        assertThat(carrier.calls()).hasValue(3)
    }

    @Test
    fun functionThatReturnsNothingShouldReturn() = with { carrier, _ ->
        carrier.failures().set(1)
        carrier.book()
        assertThat(carrier.calls()).hasValue(2)
    }

    @Test
    fun resultMayBeNullOrPrimitive() = with { carrier, _ ->
        assertThat(carrier.find("lost")).isNull()
        assertThat(carrier.find("known")).isEqualTo("known")
        assertThat(carrier.weigh(500)).isEqualTo(503)
    }

    @Test
    fun contextOfTheCallerShouldReachEveryAttempt() = with { carrier, _ ->
        carrier.failures().set(1)
        assertThat(withContext(Customer("Ada")) { carrier.customer() }).isEqualTo("Ada")
    }

    @Test
    fun exceptionShouldComeOutAsItself() = with { carrier, _ ->
        val failure = assertThrows<IOException> { carrier.failing() }
        assertThat(failure).isExactlyInstanceOf(IOException::class.java).hasMessage("gone")
    }

    @Test
    fun cancellationShouldReachTheBodyAndGiveThePermitBack() = with { carrier, registry ->
        val call = launch(Dispatchers.Default) { carrier.endless() }
        carrier.waiting().await()
        assertThat(bulkhead(registry).asyncActive()).isEqualTo(1)
        call.cancelAndJoin()
        assertThat(bulkhead(registry).asyncActive()).isZero()
        assertThat(breaker(registry).totalFailed()).isZero()
        assertThat(carrier.ended().await()).isEqualTo("cancelled")
    }

    @Test
    fun functionThatTakesTooLongShouldFailAndBeCancelled() = with { carrier, _ ->
        assertThrows<TimeoutExceededException> { carrier.slow() }
        assertThat(carrier.ended().await()).isEqualTo("cancelled")
    }

    @Test
    fun flowShouldBeOneCallForEveryCollector() = with { carrier, registry ->
        carrier.failures().set(1)
        val stops = carrier.stops()
        assertThat(carrier.calls()).hasValue(0)
        assertThat(stops.toList()).containsExactly("stop 2", "end")
        assertThat(stops.first()).isEqualTo("stop 3")
        assertThat(bulkhead(registry).totalAccepted()).isEqualTo(2)
        assertThat(bulkhead(registry).asyncActive()).isZero()
    }

    @Test
    fun flowOfASuspendingFunctionShouldBeProtectedToItsEnd() = with { carrier, _ ->
        carrier.failures().set(1)
        assertThat(carrier.route().toList()).containsExactly("route 2", "end")
    }

    @Test
    fun fallbackMayBeSuspendingOrNot() = with { carrier, _ ->
        assertThat(carrier.price("book")).isEqualTo("cached book down")
        assertThat(carrier.price("odd")).isEqualTo("plain odd odd")
        carrier.failures().set(1)
        carrier.send()
        assertThat(carrier.ended().await()).isEqualTo("nothing")
        assertThat(carrier.allStops().toList()).containsExactly("few")
        assertThat(carrier.otherStops().toList()).containsExactly("suspended")
    }

    @Test
    fun alternativeOfAHedgeMayBeSuspendingOrNot() = with { carrier, _ ->
        assertThat(carrier.hedgedQuote("book")).isEqualTo("mirror book")
        assertThat(carrier.plainQuote("book")).isEqualTo("plain book")
        assertThat(carrier.noQuote("book")).isNull()
        assertThat(carrier.quotes("book").toList()).containsExactly("mirror", "book")
    }

    @Test
    fun fallbackMayBeAConstant() = with { carrier, _ ->
        assertThat(carrier.weightOfLost()).isEqualTo(7)
        carrier.giveBack()
        assertThat(carrier.constantStops().toList()).containsExactly("a", "b")
    }

    @Test
    fun fallbackThatDoesNotFitShouldStopTheStart() {
        assertThat(refusal(bare.withBean(WrongFallback::class.java)))
            .contains("'number'", "Declare the parameters (String) or none", "and return String")
        assertThat(refusal(bare.withBean(SuspendingFallback::class.java))).contains("'later'", "finds no matching method")
    }

    @Test
    fun functionThatReturnsAFutureShouldStopTheStart() {
        assertThat(refusal(bare.withBean(Unawaited::class.java)))
            .contains("is a suspending function that returns CompletableFuture")
    }

    @Test
    fun absentLibraryShouldStopTheStart() {
        mapOf(
            "reactor.core" to "io.projectreactor:reactor-core",
            "kotlinx.coroutines.reactor" to "org.jetbrains.kotlinx:kotlinx-coroutines-reactor",
            "kotlin.reflect.full" to "org.jetbrains.kotlin:kotlin-reflect",
        ).forEach { (hidden, library) ->
            assertThat(refusal(runner.withClassLoader(FilteredClassLoader(hidden))))
                .contains("is a suspending function", "Add the library $library")
        }
    }

    private fun refusal(refused: ApplicationContextRunner): String {
        var text = ""
        refused.run { context ->
            assertThat(context).hasFailed()
            val problems = NestedExceptionUtils.getMostSpecificCause(context.startupFailure!!)
                as ResilienceConfigurationException
            text = problems.problems().joinToString("\n") { it.description() + "\n" + it.remedy() }
        }
        return text
    }
}

package io.netrun.resilience.kotlin

import io.netrun.resilience.Deadline
import io.netrun.resilience.Pipeline
import io.netrun.resilience.bulkhead.Bulkhead
import io.netrun.resilience.bulkhead.BulkheadFullException
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.fallback.Fallback
import io.netrun.resilience.hedge.Hedge
import io.netrun.resilience.hedge.HedgeConfig
import io.netrun.resilience.retry.Retry
import io.netrun.resilience.test.ManualTicker
import io.netrun.resilience.timeout.Timeout as TimeLimit
import io.netrun.resilience.timeout.TimeoutConfig
import io.netrun.resilience.timeout.TimeoutExceededException
import java.io.IOException
import java.time.Duration as JavaDuration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.retry
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows

/** A collection of a flow is a call: until its last element, and repeated only before its first. */
@Timeout(60)
class GuardedFlowTests {

    private val ticker = ManualTicker()
    private val breaker = CircuitBreaker.of("flows")
    private val bulkhead = Bulkhead.of("flows") { it.maxConcurrent(1).maxQueue(0) }
    private val retry = Retry.of("flows") { it.maxAttempts(3).baseDelay(JavaDuration.ZERO) }

    private fun limit() =
        TimeLimit.of("flows", TimeoutConfig.builder().duration(JavaDuration.ofSeconds(1)).build(), ticker)

    private fun isReleased() {
        assertThat(bulkhead.metrics().asyncActive()).isZero()
    }

    @Test
    fun everyCollectionShouldBeOneCall() = runBlocking<Unit> {
        val numbers = flowOf(1, 2, 3).onEach { yield() }.guardedBy(Pipeline.of(bulkhead, breaker))
        assertThat(breaker.metrics().totalSucceeded()).isZero()
        assertThat(numbers.toList()).containsExactly(1, 2, 3)
        assertThat(numbers.map { it * 2 }.toList()).containsExactly(2, 4, 6)
        assertThat(emptyFlow<Int>().guardedBy(breaker).toList()).isEmpty()
        assertThat(flowOf(null, 1).guardedBy(breaker).toList()).containsExactly(null, 1)
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(4)
        isReleased()
    }

    @Test
    fun permitShouldBeHeldUntilTheLastElement() = runBlocking<Unit> {
        flowOf(1, 2).guardedBy(bulkhead).collect {
            assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1)
            assertThrows<BulkheadFullException> { flowOf(3).guardedBy(bulkhead).toList() }
        }
        isReleased()
    }

    @Test
    fun failureBeforeTheFirstElementShouldBeRepeated() = runBlocking<Unit> {
        val attempts = AtomicInteger()
        val source = flow {
            if (attempts.incrementAndGet() < 3) throw IOException("down")
            emit(attempts.get())
        }
        assertThat(source.guardedBy(Pipeline.of(retry, breaker)).toList()).containsExactly(3)
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2)
    }

    @Test
    fun failureAfterTheFirstElementShouldNotBeRepeated() = runBlocking<Unit> {
        val attempts = AtomicInteger()
        val failure = IOException("down")
        val received = CopyOnWriteArrayList<Int>()
        val source = flow {
            emit(attempts.incrementAndGet())
            throw failure
        }
        val fallback = Fallback.of("flows") { it.value(9) }
        val thrown = assertThrows<IOException> {
            source.guardedBy(Pipeline.of(fallback, retry, breaker)).collect { received.add(it) }
        }
        assertThat(thrown).isSameAs(failure)
        assertThat(received).containsExactly(1)
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1)
    }

    @Test
    fun collectorThatLeavesShouldCountAsASuccess() = runBlocking<Unit> {
        val asked = AtomicInteger()
        val ended = AtomicInteger()
        val source = flow {
            try {
                while (true) emit(asked.incrementAndGet())
            } finally {
                ended.incrementAndGet()
            }
        }
        val numbers = source.guardedBy(Pipeline.of(retry, bulkhead, breaker))
        assertThat(numbers.first()).isEqualTo(1)
        assertThat(asked).hasValue(1) // nothing is asked for in advance
        assertThat(numbers.take(2).toList()).containsExactly(2, 3)
        assertThat(ended).hasValue(2)
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(2)
        isReleased()
    }

    @Test
    fun failureOfTheCollectorShouldNotBeTheDependencys() = runBlocking<Unit> {
        val own = IllegalStateException("collector")
        val thrown = assertThrows<IllegalStateException> {
            flowOf(1, 2).guardedBy(Pipeline.of(retry, bulkhead, breaker)).collect { throw own }
        }
        assertThat(thrown).hasMessage("collector")
        assertThat(breaker.metrics().totalFailed()).isZero()
        isReleased()
    }

    @Test
    fun cancellationBeforeTheFirstElementShouldCountAsCancelled() = runBlocking<Unit> {
        val running = CompletableDeferred<Unit>()
        val collection = launch {
            flow<Int> {
                running.complete(Unit)
                awaitCancellation()
            }.guardedBy(Pipeline.of(retry, bulkhead, breaker)).toList()
        }
        running.await()
        collection.cancel()
        isReleased()
        collection.join()
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1)
        assertThat(breaker.metrics().totalFailed()).isZero()
    }

    @Test
    fun cancellationOfABusyCollectorShouldReleaseAtOnce() = runBlocking<Unit> {
        val busy = CompletableDeferred<Unit>()
        val collection = launch {
            flowOf(1, 2).guardedBy(Pipeline.of(bulkhead, breaker)).collect {
                busy.complete(Unit)
                awaitCancellation()
            }
        }
        busy.await()
        collection.cancel()
        isReleased()
        collection.join()
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1)
    }

    @Test
    fun limitShouldApplyToTheWholeFlow() = runBlocking<Unit> {
        val received = CopyOnWriteArrayList<Int>()
        val one = CompletableDeferred<Unit>()
        val cause = CompletableDeferred<Throwable?>()
        val collection = async {
            assertThrows<TimeoutExceededException> {
                flow {
                    emit(1)
                    one.complete(Unit)
                    awaitCancellation()
                }.onCompletion { cause.complete(it) }
                    .guardedBy(Pipeline.of(limit(), bulkhead, breaker))
                    .collect { received.add(it) }
            }
        }
        one.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        collection.await()
        assertThat(received).containsExactly(1)
        assertThat(cause.await()).isInstanceOf(CancellationException::class.java)
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1)
        isReleased()
    }

    @Test
    fun fallbackMayBeAFlowAnElementAFutureOrNothing() = runBlocking<Unit> {
        val replacements = listOf(
            flowOf(1, 2) to listOf(1, 2),
            CompletableFuture.completedFuture(3) to listOf(3),
            4 to listOf(4),
            null to listOf(),
        )
        for ((replacement, elements) in replacements) {
            val fallback = Fallback.of("flows") { it.value(replacement) }
            assertThat(failing<Int>().guardedBy(fallback).toList()).isEqualTo(elements)
        }
    }

    private fun <T> failing(): Flow<T> = flow { throw IOException("down") }

    @Test
    fun firstElementShouldDecideARace() = runBlocking<Unit> {
        val config = HedgeConfig.builder().delay(1.seconds).build()
        val hedge = Hedge.of("flows", config, ticker)
        val attempts = AtomicInteger()
        val running = CompletableDeferred<Unit>()
        val lost = CompletableDeferred<Unit>()
        val collection = async {
            flow {
                if (attempts.incrementAndGet() == 1) {
                    running.complete(Unit)
                    try {
                        awaitCancellation()
                    } finally {
                        lost.complete(Unit)
                    }
                }
                emit("a")
                lost.await() // before the end of the winner
                emit("b")
            }.guardedBy(Pipeline.of(hedge, breaker)).toList()
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(collection.await()).containsExactly("a", "b")
        assertThat(breaker.metrics().totalFailed()).isZero()
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1)
    }

    @Test
    fun elementsShouldBeInTheContextOfTheCollector() = runBlocking<Unit> {
        val collector = Thread.currentThread()
        val scopes = CopyOnWriteArrayList<Boolean>()
        flow {
            scopes.add(Deadline.current() !== Deadline.NONE)
            emit(1)
        }.flowOn(Dispatchers.Default).guardedBy(limit()).collect {
            assertThat(Thread.currentThread()).isSameAs(collector)
            scopes.add(Deadline.current() !== Deadline.NONE)
        }
        assertThat(scopes).containsExactly(true, false)
    }

    @Test
    fun operatorsAroundTheCallShouldSeeItsFailure() = runBlocking<Unit> {
        val attempts = AtomicInteger()
        val source = flow {
            attempts.incrementAndGet()
            emit(1)
            throw IOException("down")
        }
        assertThat(source.guardedBy(breaker).retry(1).catch { emit(0) }.toList()).containsExactly(1, 1, 0)
        assertThat(attempts).hasValue(2)
    }

    @Test
    fun cancellationsInARaceShouldLeaveNothingHeld() = runBlocking<Unit> {
        val many = Bulkhead.of("many") { it.maxConcurrent(4).maxQueue(1000).maxWait(null) }
        val source = flow {
            emit(1)
            delay(1)
            emit(2)
        }.guardedBy(Pipeline.of(retry, many, breaker))
        withContext(Dispatchers.Default) {
            repeat(500) { i ->
                val collection = launch { source.collect { yield() } }
                if (i % 3 != 0) launch { collection.cancel() }
            }
        }
        assertThat(many.metrics().asyncActive()).isZero()
        assertThat(many.metrics().asyncQueued()).isZero()
        assertThat(breaker.metrics().totalFailed()).isZero()
    }
}

package io.netrun.resilience.kotlin

import io.netrun.resilience.CallRejectedException
import io.netrun.resilience.Deadline
import io.netrun.resilience.Pipeline
import io.netrun.resilience.bulkhead.Bulkhead
import io.netrun.resilience.bulkhead.BulkheadFullException
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.fallback.Fallback
import io.netrun.resilience.hedge.Hedge
import io.netrun.resilience.hedge.HedgeConfig
import io.netrun.resilience.ratelimiter.RateLimiter
import io.netrun.resilience.ratelimiter.RateLimiterConfig
import io.netrun.resilience.retry.Retry
import io.netrun.resilience.retry.RetryConfig
import io.netrun.resilience.retry.RetryExhaustedException
import io.netrun.resilience.test.ManualTicker
import io.netrun.resilience.timeout.Timeout as TimeLimit
import io.netrun.resilience.timeout.TimeoutConfig
import io.netrun.resilience.timeout.TimeoutExceededException
import java.io.IOException
import java.time.Duration as JavaDuration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.slf4j.MDCContext
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.slf4j.MDC

/** Suspending calls: results, context, cancellation in both directions, and time. */
@OptIn(ExperimentalCoroutinesApi::class)
@Timeout(60)
class SuspendingCallTests {

    private val ticker = ManualTicker()
    private val breaker = CircuitBreaker.of("calls")
    private val bulkhead = Bulkhead.of("calls") { it.maxConcurrent(1).maxQueue(0) }

    private class Customer(val name: String) : AbstractCoroutineContextElement(Customer) {
        companion object Key : CoroutineContext.Key<Customer>
    }

    private fun retry(attempts: Int = 3) = Retry.of("calls") { it.maxAttempts(attempts).baseDelay(JavaDuration.ZERO) }

    private fun limit(seconds: Long = 1) =
        TimeLimit.of("calls", TimeoutConfig.builder().duration(JavaDuration.ofSeconds(seconds)).build(), ticker)

    private suspend fun <T> thrownBy(block: suspend () -> T): Throwable =
        try {
            block()
            throw AssertionError("nothing was thrown")
        } catch (thrown: Exception) {
            thrown
        }

    @Test
    fun resultShouldBeReturned() = runBlocking {
        val calls = Pipeline.of(bulkhead, breaker)
        assertThat(calls.callSuspend { delay(1); "answer" }).isEqualTo("answer")
        assertThat(calls.callSuspend<String?> { null }).isNull()
        assertThat(calls.callSuspend { 42 }).isEqualTo(42)
        assertThat(calls.callSuspend {}).isEqualTo(Unit)
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(4)
        assertThat(bulkhead.metrics().asyncActive()).isZero()
    }

    @Test
    fun failureShouldBeThrownUnchanged() = runBlocking<Unit> {
        for (failure in listOf(IOException("gone"), IllegalStateException(), CompletionException(IOException()))) {
            assertThat(thrownBy { breaker.callSuspend { throw failure } }).isSameAs(failure)
        }
        assertThat(breaker.metrics().totalFailed()).isEqualTo(3)
    }

    @Test
    fun errorShouldReachTheCaller() {
        val error = AssertionError("broken")
        val thrown = assertThrows<AssertionError> { runBlocking { retry().callSuspend { throw error } } }
        assertThat(thrown).hasMessage("broken")
    }

    @Test
    fun callThatFailsShouldBeRepeated() = runBlocking<Unit> {
        val attempts = AtomicInteger()
        val result = retry().callSuspend {
            yield()
            if (attempts.incrementAndGet() < 3) throw IOException("down")
            attempts.get()
        }
        assertThat(result).isEqualTo(3)
        assertThat(thrownBy { retry(2).callSuspend { throw IOException("down") } })
            .isInstanceOf(RetryExhaustedException::class.java)
    }

    @Test
    fun delayShouldBeOfTheTickerAndNotBlockTheThread() = runTest {
        val config = RetryConfig.builder().baseDelay(10.seconds).jitter(false).build()
        val retry = Retry.of("calls", config, ticker)
        val attempts = AtomicInteger()
        val call = async {
            retry.callSuspend { if (attempts.incrementAndGet() == 1) throw IOException("down") else "up" }
        }
        testScheduler.runCurrent()
        assertThat(attempts).hasValue(1)
        assertThat(call.isActive).isTrue() // and this thread, which is that of the call, is free
        ticker.advance(JavaDuration.ofSeconds(10))
        assertThat(call.await()).isEqualTo("up")
        assertThat(testScheduler.currentTime).isZero()
    }

    @Test
    fun attemptsShouldHaveTheContextOfTheCaller() = runTest {
        val dispatcher = StandardTestDispatcher(testScheduler)
        val attempts = AtomicInteger()
        MDC.put("order", "7")
        withContext(dispatcher + Customer("Ada") + MDCContext()) {
            MDC.clear()
            retry().callSuspend {
                assertThat(currentCoroutineContext()[ContinuationInterceptor]).isSameAs(dispatcher)
                assertThat(currentCoroutineContext()[Customer]?.name).isEqualTo("Ada")
                assertThat(MDC.get("order")).isEqualTo("7")
                delay(5)
                assertThat(MDC.get("order")).isEqualTo("7")
                if (attempts.incrementAndGet() < 2) throw IOException("down")
            }
        }
        MDC.clear()
        assertThat(attempts).hasValue(2)
    }

    @Test
    fun attemptShouldBeAChildOfTheCaller() = runBlocking<Unit> {
        val caller = launch(start = CoroutineStart.LAZY) { breaker.callSuspend { awaitCancellation() } }
        caller.start()
        yield()
        yield()
        assertThat(caller.children.flatMap { it.children }.toList()).isNotEmpty()
        caller.cancelAndJoin()
    }

    @Test
    fun cancellationShouldReleaseThePermitAtOnce() = runBlocking<Unit> {
        val running = CompletableDeferred<Unit>()
        val ending = CompletableDeferred<Unit>()
        val mayEnd = CompletableDeferred<Unit>()
        val call = launch(Dispatchers.Default) {
            Pipeline.of(retry(), bulkhead, breaker).callSuspend {
                try {
                    running.complete(Unit)
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable) {
                        ending.complete(Unit)
                        mayEnd.await()
                    }
                }
            }
        }
        running.await()
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1)
        call.cancel()
        assertThat(bulkhead.metrics().asyncActive()).isZero()
        ending.await()
        assertThat(call.isCompleted).isFalse() // structured: it waits for the end of the body
        mayEnd.complete(Unit)
        call.join()
        assertThat(breaker.metrics().totalFailed()).isZero()
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1)
    }

    @Test
    fun cancellationShouldEndAWait() = runBlocking<Unit> {
        val queue = Bulkhead.of("calls") { it.maxConcurrent(1).maxWait(null) }
        val held = CompletableFuture<Unit>()
        queue.callAsync<Unit> { held }
        val call = launch(start = CoroutineStart.UNDISPATCHED) { queue.callSuspend { throw AssertionError() } }
        assertThat(queue.metrics().asyncQueued()).isEqualTo(1)
        call.cancel()
        assertThat(queue.metrics().asyncQueued()).isZero()
        call.join()
        held.complete(Unit)
    }

    @Test
    fun cancellationBeforeTheCallShouldNotMakeIt() = runBlocking<Unit> {
        launch {
            currentCoroutineContext().job.cancel()
            breaker.callSuspend { throw AssertionError("made") }
        }.join()
        assertThat(breaker.metrics().totalFailed()).isZero()
    }

    @Test
    fun cancellationOfTheBodyItselfShouldBeAFailure() = runBlocking<Unit> {
        val thrown = thrownBy { breaker.callSuspend { withTimeout(1) { awaitCancellation() } } }
        assertThat(thrown).isInstanceOf(TimeoutCancellationException::class.java)
        assertThat(thrownBy { breaker.callSuspend { throw CancellationException("own") } }).hasMessage("own")
        assertThat(thrownBy { breaker.callSuspend { currentCoroutineContext().cancel(); yield() } })
            .isInstanceOf(CancellationException::class.java)
        assertThat(breaker.metrics().totalFailed()).isEqualTo(3)
        assertThat(currentCoroutineContext().job.isActive).isTrue()
    }

    @Test
    fun timeoutAroundTheCallShouldCancelIt() = runBlocking<Unit> {
        val thrown = thrownBy { withTimeout(20) { Pipeline.of(bulkhead, breaker).callSuspend { awaitCancellation() } } }
        assertThat(thrown).isInstanceOf(TimeoutCancellationException::class.java)
        assertThat(breaker.metrics().totalFailed()).isZero()
        assertThat(bulkhead.metrics().asyncActive()).isZero()
    }

    @Test
    fun limitThatIsExceededShouldCancelTheBody() = runBlocking<Unit> {
        val running = CompletableDeferred<Unit>()
        val ended = CompletableDeferred<Throwable>()
        val call = async {
            thrownBy {
                Pipeline.of(limit(), breaker).callSuspend {
                    try {
                        running.complete(Unit)
                        awaitCancellation()
                    } catch (cancelled: CancellationException) {
                        ended.complete(cancelled)
                        throw cancelled
                    }
                }
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isInstanceOf(TimeoutExceededException::class.java)
        assertThat(ended.await()).hasMessage("the call was given up")
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1)
        assertThat(currentCoroutineContext().job.isActive).isTrue()
    }

    @Test
    fun limitOfAnAttemptShouldLeaveRoomForTheNext() = runBlocking<Unit> {
        val retry = Retry.of("calls") {
            it.baseDelay(JavaDuration.ZERO).exceptions(TimeoutExceededException::class)
        }
        val attempts = AtomicInteger()
        val running = CompletableDeferred<Unit>()
        val call = async {
            Pipeline.of(retry, limit()).callSuspend {
                if (attempts.incrementAndGet() == 1) {
                    running.complete(Unit)
                    awaitCancellation()
                }
                "second"
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isEqualTo("second")
    }

    @Test
    fun lateResultShouldReachTheHook() = runBlocking<Unit> {
        val late = CopyOnWriteArrayList<Any?>()
        val running = CompletableDeferred<Unit>()
        val limit = limit()
        limit.onLateResult { late.add(it) }
        val call = async {
            thrownBy {
                limit.callSuspend {
                    running.complete(Unit)
                    try {
                        awaitCancellation()
                    } catch (ignored: CancellationException) {
                        "connection"
                    }
                }
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isInstanceOf(TimeoutExceededException::class.java)
        assertThat(late).containsExactly("connection")
    }

    @Test
    fun innerCallShouldBeInTheScopeOnAnyThread() = runBlocking<Unit> {
        val outer = limit(5)
        val seen = CopyOnWriteArrayList<Boolean>()
        outer.callSuspend {
            seen.add(Deadline.current() !== Deadline.NONE)
            withContext(Dispatchers.IO) {
                seen.add(Deadline.current().remainingNanos() <= 5_000_000_000)
                coroutineScope { launch { delay(1); seen.add(Deadline.current() !== Deadline.NONE) } }
            }
        }
        assertThat(seen).containsExactly(true, true, true)
        assertThat(Deadline.current()).isSameAs(Deadline.NONE)
    }

    @Test
    fun innerCallShouldEndWithTheOuterLimit() = runBlocking<Unit> {
        val running = CompletableDeferred<Unit>()
        val call = async {
            thrownBy {
                limit().callSuspend {
                    withContext(Dispatchers.Default) {
                        Pipeline.of(bulkhead, breaker).callSuspend {
                            running.complete(Unit)
                            awaitCancellation()
                        }
                    }
                }
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isInstanceOf(TimeoutExceededException::class.java)
        assertThat(bulkhead.metrics().asyncActive()).isZero()
    }

    @Test
    fun rejectionShouldBeThrown() = runBlocking<Unit> {
        val held = CompletableFuture<Unit>()
        bulkhead.callAsync<Unit> { held }
        assertThat(thrownBy { bulkhead.callSuspend { throw AssertionError("made") } })
            .isInstanceOf(BulkheadFullException::class.java)
        held.complete(Unit)
        breaker.forceOpen()
        assertThat(thrownBy { breaker.callSuspend { throw AssertionError("made") } })
            .isInstanceOf(CallRejectedException::class.java)
    }

    @Test
    fun fallbackShouldReplaceTheResult() = runBlocking<Unit> {
        val constant = Fallback.of("calls") { it.value("cached") }
        assertThat(constant.callSuspend<String> { throw IOException("down") }).isEqualTo("cached")
        val future = Fallback.of("calls") { it.handle { CompletableFuture.completedFuture("later") } }
        assertThat(future.callSuspend<String> { throw IOException("down") }).isEqualTo("later")
    }

    @Test
    fun slowAttemptShouldLoseAgainstItsHedge() = runBlocking<Unit> {
        val hedge = Hedge.of("calls", HedgeConfig.builder().delay(1.seconds).build(), ticker)
        val attempts = AtomicInteger()
        val running = CompletableDeferred<Unit>()
        val lost = CompletableDeferred<Unit>()
        val call = async {
            hedge.callSuspend {
                if (attempts.incrementAndGet() == 1) {
                    running.complete(Unit)
                    try {
                        awaitCancellation()
                    } finally {
                        lost.complete(Unit)
                    }
                }
                "second"
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isEqualTo("second")
        assertThat(lost.isCompleted).isTrue()
    }

    @Test
    fun attemptAfterTheFirstShouldRunTheAlternative() = runBlocking<Unit> {
        val hedge = Hedge.of("calls", HedgeConfig.builder().delay(1.seconds).build(), ticker)
        val running = CompletableDeferred<Unit>()
        val lost = CompletableDeferred<Unit>()
        val call = async {
            hedge.callSuspend(alternative = { "mirror" }) {
                running.complete(Unit)
                try {
                    awaitCancellation()
                } finally {
                    lost.complete(Unit)
                }
            }
        }
        running.await()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(call.await()).isEqualTo("mirror")
        assertThat(lost.isCompleted).isTrue()
        assertThat(Retry.of("calls").callSuspend(alternative = { "mirror" }) { "own" }).isEqualTo("own")
    }

    @Test
    fun waitForAPermitShouldSuspend() = runTest {
        val limiter = RateLimiter.of(
            "calls",
            RateLimiterConfig.builder().limit(1).period(1.seconds).maxWait(5.seconds).build(),
            ticker,
        )
        assertThat(limiter.callSuspend { 1 }).isEqualTo(1)
        val second = async { limiter.callSuspend { 2 } }
        testScheduler.runCurrent()
        assertThat(second.isActive).isTrue()
        ticker.advance(JavaDuration.ofSeconds(1))
        assertThat(second.await()).isEqualTo(2)
    }

    @Test
    fun unconfinedCallerShouldKeepItsContext() = runBlocking<Unit> {
        val attempts = AtomicInteger()
        val result = withContext(Dispatchers.Unconfined + Customer("Ada")) {
            retry().callSuspend {
                delay(1)
                if (attempts.incrementAndGet() < 2) throw IOException("down")
                currentCoroutineContext()[Customer]?.name
            }
        }
        assertThat(result).isEqualTo("Ada")
        assertThat(Deadline.current()).isSameAs(Deadline.NONE)
    }

    @Test
    fun decoratedFunctionShouldBeProtected() = runBlocking<Unit> {
        val price: suspend (String) -> String = breaker.decorateSuspend { item -> "price of $item" }
        val now: suspend () -> Int = breaker.decorateSuspend { -> 7 }
        assertThat(price("book")).isEqualTo("price of book")
        assertThat(now()).isEqualTo(7)
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(2)
    }

    @Test
    fun cancellationsInARaceShouldLeaveNothingHeld() = runBlocking<Unit> {
        val many = Bulkhead.of("many") { it.maxConcurrent(4).maxQueue(1000).maxWait(null) }
        val calls = Pipeline.of(retry(), many, breaker)
        withContext(Dispatchers.Default) {
            repeat(500) { i ->
                val call = launch { calls.callSuspend { if (i % 2 == 0) yield() else delay(1) } }
                if (i % 3 != 0) launch { call.cancel() }
            }
        }
        assertThat(many.metrics().asyncActive()).isZero()
        assertThat(many.metrics().asyncQueued()).isZero()
        assertThat(breaker.metrics().totalFailed()).isZero()
    }
}

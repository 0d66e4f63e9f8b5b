package io.netrun.resilience.spring.kotlin

import io.netrun.resilience.annotation.Bulkhead
import io.netrun.resilience.annotation.CircuitBreaker
import io.netrun.resilience.annotation.Fallback
import io.netrun.resilience.annotation.Hedge
import io.netrun.resilience.annotation.Retry
import io.netrun.resilience.annotation.Timeout
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf

/** What callers have in their coroutine's context. */
class Customer(val name: String) : AbstractCoroutineContextElement(Customer) {

    companion object Key : CoroutineContext.Key<Customer>
}

/** A bean whose calls fail a given number of times. */
open class Carrier {

    private val failures = AtomicInteger()
    private val calls = AtomicInteger()
    private val waiting = CompletableDeferred<Unit>()
    private val ended = CompletableDeferred<String>()

    open fun failures() = failures

    open fun calls() = calls

    open fun waiting() = waiting

    open fun ended() = ended

    private fun count(): Int {
        val call = calls.incrementAndGet()
        if (failures.getAndUpdate { maxOf(it - 1, 0) } > 0) {
            throw IOException("down")
        }
        return call
    }

    private suspend fun forever(): Nothing {
        try {
            waiting.complete(Unit)
            awaitCancellation()
        } catch (e: CancellationException) {
            ended.complete("cancelled")
            throw e
        }
    }

    @Retry(name = "carrier")
    @CircuitBreaker(name = "carrier")
    @Bulkhead(name = "carrier")
    open suspend fun quote(parcel: String): String {
        delay(1)
        return "$parcel ${count()}"
    }

    @Bulkhead(name = "tenant", key = "#tenant")
    open suspend fun ask(tenant: String): String {
        delay(1)
        return tenant
    }

    @Retry(name = "carrier")
    open suspend fun book() {
        delay(1)
        count()
    }

    @Retry(name = "carrier")
    open suspend fun find(parcel: String): String? {
        count()
        return parcel.takeIf { it == "known" }
    }

    @Retry(name = "carrier")
    open suspend fun weigh(grams: Int): Int = grams + count()

    @Retry(name = "carrier")
    open suspend fun customer(): String? {
        count()
        return coroutineContext[Customer]?.name
    }

    @Bulkhead(name = "carrier")
    @CircuitBreaker(name = "carrier")
    open suspend fun endless(): String = forever()

    @Timeout(name = "carrier")
    open suspend fun slow(): String = forever()

    @CircuitBreaker(name = "carrier")
    open suspend fun failing(): String {
        delay(1)
        throw IOException("gone")
    }

    @Retry(name = "carrier")
    @Bulkhead(name = "carrier")
    open fun stops(): Flow<String> = flow {
        emit("stop ${count()}")
        emit("end")
    }

    @Retry(name = "carrier")
    open suspend fun route(): Flow<String> {
        delay(1)
        val call = count()
        return flowOf("route $call", "end")
    }

    @Fallback(method = "cached")
    open suspend fun price(parcel: String): String {
        delay(1)
        throw if (parcel == "odd") IllegalStateException("odd") else IOException("down")
    }

    private suspend fun cached(parcel: String, failure: IOException): String {
        delay(1)
        return "cached $parcel ${failure.message}"
    }

    private fun cached(parcel: String, failure: IllegalStateException) = "plain $parcel ${failure.message}"

    @Fallback(method = "nothing")
    open suspend fun send() {
        count()
    }

    private fun nothing() {
        ended.complete("nothing")
    }

    @Fallback(method = "fewStops")
    open suspend fun allStops(): Flow<String> = throw IOException("down")

    private fun fewStops(): Flow<String> = flowOf("few")

    @Fallback(method = "suspendedStops")
    open suspend fun otherStops(): Flow<String> = throw IOException("down")

    @Fallback(value = "7")
    open suspend fun weightOfLost(): Int = throw IOException("down")

    @Fallback(value = "")
    open suspend fun giveBack(): Unit = throw IOException("down")

    @Fallback(value = "a,b")
    open suspend fun constantStops(): Flow<String> = throw IOException("down")

    @Hedge(alternative = "mirror", delay = "1h", onFailure = "true")
    open suspend fun hedgedQuote(parcel: String): String {
        delay(1)
        throw IOException("down")
    }

    private suspend fun mirror(parcel: String): String {
        delay(1)
        return "mirror $parcel"
    }

    @Hedge(alternative = "plainMirror", delay = "1h", onFailure = "true")
    open suspend fun plainQuote(parcel: String): String? = throw IOException("down")

    private fun plainMirror(parcel: String): String? = "plain $parcel"

    @Hedge(alternative = "emptyMirror", delay = "1h", onFailure = "true")
    open suspend fun noQuote(parcel: String): String? = throw IOException("down")

    private fun emptyMirror(parcel: String): String? = null

    @Hedge(alternative = "flowOfMirror", delay = "1h", onFailure = "true")
    open fun quotes(parcel: String): Flow<String> = flow { throw IOException("down") }

    private fun flowOfMirror(parcel: String): Flow<String> = flowOf("mirror", parcel)

    private suspend fun suspendedStops(): Flow<String> {
        delay(1)
        return flowOf("suspended")
    }
}

open class WrongFallback {

    @Fallback(method = "number")
    open suspend fun price(parcel: String): String = parcel

    private fun number(parcel: String): Int = parcel.length
}

open class SuspendingFallback {

    @Fallback(method = "later")
    open fun price(parcel: String): String = parcel

    private suspend fun later(parcel: String): String {
        delay(1)
        return parcel
    }
}

open class Unawaited {

    @Retry
    open suspend fun price() : CompletableFuture<String> = CompletableFuture.completedFuture("4.90")
}

package io.netrun.resilience.kotlin

import io.netrun.resilience.ResilienceRegistry
import io.netrun.resilience.circuitbreaker.CircuitBreaker
import io.netrun.resilience.hedge.Hedge
import io.netrun.resilience.test.ManualTicker
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration as JavaDuration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

private data class Order(val item: String)

private data class Receipt(val text: String)

private data class Quote(val price: Int)

private data class Report(val text: String)

private class Bank {

    private var calls = 0

    suspend fun charge(order: Order): Receipt {
        delay(1)
        if (++calls == 1) throw IOException("down")
        return Receipt(order.item)
    }
}

private class Rates {

    suspend fun of(currency: String): Double {
        delay(1)
        return currency.length.toDouble()
    }
}

private class Exchange {

    fun quotes(): Flow<Quote> = flowOf(Quote(1), Quote(2))
}

private class Database {

    fun report() = Report("all")
}

private class Payments(private val bank: Bank) {

    private val calls = pipeline("payments") {
        timeout { duration(2.seconds) }
        retry { maxAttempts(3).baseDelay(200.milliseconds).exceptions(IOException::class) }
        circuitBreaker { failureThreshold(10).openDuration(30.seconds) }
    }

    suspend fun pay(order: Order): Receipt = calls.callSuspend { bank.charge(order) }
}

private class Others(private val exchange: Exchange, private val database: Database) {

    private val calls = pipeline("others") { timeout() }

    fun quotes(): Flow<Quote> = exchange.quotes().guardedBy(calls)

    suspend fun report(): Report = calls.callSuspend { runInterruptible(Dispatchers.IO) { database.report() } }
}

private class Carrier(private val delay: Long, private val price: Int) {

    suspend fun quote(parcel: String): Quote {
        delay(delay)
        return Quote(price + parcel.length)
    }
}

private class Quotes(private val exchange: Carrier, private val mirror: Carrier) {

    private val hedged = Hedge.of("quotes") { it.delay(JavaDuration.ofMillis(1)) }

    suspend fun quote(parcel: String): Quote =
        hedged.callSuspend(alternative = { mirror.quote(parcel) }) { exchange.quote(parcel) }
}

/** The examples of docs/guides/kotlin.md: each is a part of this file. */
@OptIn(ExperimentalCoroutinesApi::class)
class GuideTests {

    private val breaker = CircuitBreaker.of("rates")
    private val rates = Rates()

    @Test
    fun everyExampleShouldBeInThisFile() {
        val root = generateSequence(Path.of("").toAbsolutePath()) { it.parent }
            .first { Files.exists(it.resolve("docs/guides/kotlin.md")) }
        val here = "resilience-kotlin/src/test/kotlin/io/netrun/resilience/kotlin/GuideTests.kt"
        val code = unspaced(Files.readString(root.resolve(here)))
        val examples = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
            .findAll(Files.readString(root.resolve("docs/guides/kotlin.md")))
            .map { it.groupValues[1] }
            .filterNot { it.contains("dependencies {") } // a build script
            .toList()
        assertThat(examples).hasSizeGreaterThan(4).allSatisfy { assertThat(code).contains(unspaced(it)) }
    }

    private fun unspaced(text: String) = text.replace(Regex("\\s+"), "")

    @Test
    fun paymentShouldSucceed() = runBlocking<Unit> {
        assertThat(Payments(Bank()).pay(Order("book"))).isEqualTo(Receipt("book"))
    }

    @Test
    fun functionShouldBeDecorated() = runBlocking<Unit> {
        val rate: suspend (String) -> Double = breaker.decorateSuspend { currency -> rates.of(currency) }
        assertThat(rate("EUR")).isEqualTo(3.0)
    }

    @Test
    fun otherCallsShouldSucceed() = runBlocking<Unit> {
        val others = Others(Exchange(), Database())
        assertThat(others.quotes().toList()).containsExactly(Quote(1), Quote(2))
        assertThat(others.report()).isEqualTo(Report("all"))
    }

    @Test
    fun slowQuoteShouldComeFromTheMirror() = runBlocking<Unit> {
        val quotes = Quotes(Carrier(60_000, 1), Carrier(1, 2))
        assertThat(quotes.quote("box")).isEqualTo(Quote(5))
    }

    @Test
    fun registryShouldHaveTheInstances() {
        val registry = ResilienceRegistry.create()
        val orders = registry.pipeline("orders") {
            retry()
            circuitBreaker("warehouse")
        }
        assertThat(orders).hasToString("Pipeline[retry 'orders' > circuit-breaker 'warehouse']")
    }

    @Test
    fun paymentShouldBeRepeated() = runTest {
        val ticker = ManualTicker()
        val calls = pipeline("payments", ticker) { retry { baseDelay(10.seconds).jitter(false) } }
        var attempts = 0
        val call = async { calls.callSuspend { if (++attempts == 1) throw IOException("down") else "paid" } }
        runCurrent()
        ticker.advance(JavaDuration.ofSeconds(10))
        assertThat(call.await()).isEqualTo("paid")
    }
}

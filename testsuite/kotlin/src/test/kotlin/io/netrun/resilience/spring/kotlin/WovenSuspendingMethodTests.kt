package io.netrun.resilience.spring.kotlin

import io.netrun.resilience.annotation.Retry
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration
import java.io.IOException
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.test.context.runner.ApplicationContextRunner

/** AspectJ would take every resumption of a suspending function for a call, so it leaves them alone. */
class WovenSuspendingMethodTests {

    private val runner = ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration::class.java))
        .withBean(Courier::class.java)
        .withPropertyValues("resilience.advice-mode=aspectj")

    open class Courier {

        var calls = 0

        @Retry
        open suspend fun fetch(): String {
            calls++
            delay(1)
            throw IOException("down")
        }
    }

    @Test
    fun suspendingFunctionShouldStopTheStart() {
        runner.run { context ->
            assertThat(context.startupFailure)
                .hasStackTraceContaining("fetch is annotated with @Retry, but is a suspending function")
        }
    }

    @Test
    fun suspendingFunctionShouldRunUnprotectedWhereThatIsTolerated() {
        runner.withPropertyValues("resilience.validation=warn").run { context ->
            val courier = context.getBean(Courier::class.java)
            assertThrows<IOException> { runBlocking { courier.fetch() } }
            assertThat(courier.calls).isEqualTo(1)
        }
    }
}

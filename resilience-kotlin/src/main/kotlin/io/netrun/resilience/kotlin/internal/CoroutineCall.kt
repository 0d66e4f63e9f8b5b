package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.AdaptedCall
import io.netrun.resilience.Deadline
import io.netrun.resilience.ForeignStage
import io.netrun.resilience.Guard
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.job

/**
 * A call through a guard that a coroutine waits for. It has its own scope, which is stopped at the moment at which the
 * coroutine is cancelled, on the thread that cancels it: everything that the policies hold for the call is settled then.
 *
 * @param coroutine the parent of the attempts
 * @param onLeave decides that the caller has left, before the call is stopped
 */
internal class CoroutineCall(private val coroutine: CoroutineScope, private val onLeave: () -> Unit = {}) {

    private val outer = Deadline.current()
    private val scope = outer.child().also { it.detach() }

    /** Ends with the coroutine's cancellation, before the coroutine itself runs again. */
    private val watch = Job(coroutine.coroutineContext.job)

    @Volatile private var future: CompletableFuture<*>? = null

    @Volatile private var left = false

    /**
     * Makes the call.
     *
     * @param onEnd receives the result or the failure
     */
    fun <R> begin(guard: Guard, body: AdaptedCall<R>, onEnd: (R?, Throwable?) -> Unit) {
        watch.invokeOnCompletion { cause ->
            if (cause != null) {
                leave()
            }
        }
        val begun: CompletableFuture<R> =
            try {
                guard.entry().callAsync(body, scope)
            } catch (thrown: Throwable) {
                CompletableFuture.failedFuture(thrown)
            }
        future = begun
        if (left) {
            ForeignStage.cancel(begun)
        }
        ForeignStage.onEnd(begun) { value, failure ->
            scope.end()
            onEnd(value, failure)
        }
        outer.cancelWithScope(begun)
    }

    /** Returns an attempt, whose coroutine has yet to be started. */
    fun <R> attempt(
        scope: Deadline,
        map: (Attempt<R>, Throwable) -> Throwable = { _, thrown -> thrown },
        body: suspend (Attempt<R>) -> R,
    ): Attempt<R> = Attempt(this, scope, map).also { it.prepare(coroutine, body) }

    /** The caller does not want the result any more. Its permits are released when this returns. */
    fun leave() {
        left = true
        onLeave()
        scope.tryStop()
        future?.let(ForeignStage::cancel)
    }

    /**
     * An attempt ends: that its caller was cancelled is decided before what it ends with. Another thread may be leaving,
     * and may not have stopped the scope yet.
     */
    fun stopIfCancelled() {
        if (coroutine.coroutineContext.job.isCancelled) {
            leave()
        }
    }

    /** The caller has the outcome; what still runs of attempts that were given up is awaited by the coroutine. */
    fun close() {
        watch.complete()
    }
}

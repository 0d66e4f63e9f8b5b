package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.Deadline
import io.netrun.resilience.ForeignStage
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.async

/**
 * One execution of a suspending body: a child of the caller's coroutine, and the future that the policies follow. The
 * future ends when the body has ended, with what it returned or threw. Cancelling the future cancels the coroutine; a
 * result that it returns nevertheless is a late one.
 *
 * @param map converts the failure of the body
 */
internal class Attempt<R>(
    private val call: CoroutineCall,
    val scope: Deadline,
    private val map: (Attempt<R>, Throwable) -> Throwable,
) : CompletableFuture<R>(), ForeignStage.AsReported {

    private lateinit var job: Job

    /** Whether it was given up. */
    @Volatile
    var isOver: Boolean = false
        private set

    fun prepare(coroutine: CoroutineScope, body: suspend (Attempt<R>) -> R) {
        // async and not launch: what a foreign element of the context throws is kept in it, and reaches the future.
        job = coroutine.async(ScopeElement(scope), CoroutineStart.LAZY) { run(body) }
        job.invokeOnCompletion { cause -> if (cause != null) fail(cause) }
    }

    fun begin(): Attempt<R> {
        job.start()
        return this
    }

    private suspend fun run(body: suspend (Attempt<R>) -> R) {
        val result =
            try {
                body(this)
            } catch (thrown: Throwable) {
                fail(thrown)
                return
            }
        end { complete(result) }
    }

    private fun fail(thrown: Throwable) {
        end { completeExceptionally(map(this, thrown)) }
    }

    /** What follows is not within the attempt any more. */
    private fun end(completion: () -> Unit) {
        if (isDone) {
            return
        }
        val before = Deadline.NONE.enterScope()
        try {
            call.stopIfCancelled()
            completion()
        } finally {
            Deadline.exitScope(before)
        }
    }

    override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
        isOver = true
        job.cancel(CancellationException("the call was given up"))
        return isCancelled
    }
}

package io.netrun.resilience.kotlin

import io.netrun.resilience.Guard
import io.netrun.resilience.kotlin.internal.StreamCall
import io.netrun.resilience.kotlin.internal.SuspendingCall
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * Makes a call whose body suspends, and returns its result. No thread is blocked, whatever the call waits for.
 *
 * Each attempt is a child of the calling coroutine: it has the same dispatcher and the same context, and this function
 * returns when all attempts have ended. An attempt that is given up, because a time limit is exceeded or another attempt
 * was faster, is cancelled; what the policies hold for it is released at that moment, but the caller waits until its
 * coroutine has ended, as with `withTimeout`. Code that blocks a thread does not notice a cancellation: call it in
 * `runInterruptible`.
 *
 * If the calling coroutine is cancelled, the attempts are cancelled and the permits are released at once. Such a call
 * counts as cancelled: it is no failure of the dependency. A `CancellationException` that the body throws by itself,
 * while nobody has cancelled the call, is a failure like any other, such as that of a `withTimeout` within the body.
 *
 * Protected calls within the body belong to this call, on whatever thread they are made: they end with it, and they do
 * not wait longer than its time limits allow.
 *
 * @param block the call; may run more than once, with a retry, or several times in parallel, with a hedge
 * @return what the body returned, null included
 * @throws Throwable what the body throws, unchanged
 * @throws io.netrun.resilience.ResilienceException if a policy rejected or gave up the call
 */
public suspend fun <T> Guard.callSuspend(block: suspend () -> T): T = SuspendingCall.make(this, SuspendingCall.SameBlock(block))

/**
 * Makes a call like [callSuspend], with another block for the attempts of a hedge after the first, such as the call of a
 * mirror. What the alternative returns or throws is judged as that of any attempt.
 *
 * @param alternative runs instead of the block in every attempt of a hedge but the first
 * @param block the call of the first attempt, and of all attempts without a hedge
 */
public suspend fun <T> Guard.callSuspend(alternative: suspend () -> T, block: suspend () -> T): T =
    SuspendingCall.make(this, SuspendingCall.AlternativeBlock(block, alternative))

/**
 * Returns a function that makes every call through this guard; see [callSuspend].
 *
 * @param function the function to protect
 */
public fun <T> Guard.decorateSuspend(function: suspend () -> T): suspend () -> T = { callSuspend(function) }

/**
 * Returns a function that makes every call through this guard; see [callSuspend].
 *
 * @param function the function to protect
 */
public fun <A, T> Guard.decorateSuspend(function: suspend (A) -> T): suspend (A) -> T = { argument ->
    callSuspend { function(argument) }
}

/**
 * Returns a flow whose every collection is one call through a policy or a pipeline. It begins with the collection and
 * lasts until the last element: it holds its permits until then, and a time limit applies to the whole flow. Elements
 * are passed on as they come, and no element is asked for before the collector has taken the one before.
 *
 * A failure before the first element fails the call like any other: a retry collects this flow again. The first element
 * commits the call: a failure after it counts as a failure, but no attempt and no fallback follows, because elements
 * would be repeated. Predicates for results do not judge elements. A fallback may return a `Flow`, a
 * `CompletionStage`, a single element, or null for an empty flow.
 *
 * A collector may leave at any time, by cancellation, by an exception of its own or with an operator such as `first`.
 * A flow of which it has received an element then counts as a success to circuit breakers; otherwise the call counts
 * as cancelled. In both cases the permits are released at once.
 *
 * Each attempt is a child of the collecting coroutine, with the same dispatcher and context; see [callSuspend].
 *
 * @param guard the policy or the pipeline
 */
public fun <T> Flow<T>.guardedBy(guard: Guard): Flow<T> {
    val source = this
    return flow { StreamCall.collect(source, guard, this) }
}

package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.AdaptedCall
import io.netrun.resilience.AttemptLostException
import io.netrun.resilience.Deadline
import io.netrun.resilience.Guard
import java.util.concurrent.CompletionStage
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.suspendCancellableCoroutine
import org.slf4j.LoggerFactory

/**
 * A call that collects a flow. Its attempts may run in parallel. The attempt whose first element comes first owns the
 * collector from then on; the others have lost. If none has emitted anything, a race is decided by [tryClaim]. An
 * attempt that was given up cannot become the owner, and no attempt can once the collector has left.
 *
 * All of this is decided under one lock, within which no foreign code runs.
 */
internal class StreamCall<T>(private val source: Flow<T>, coroutine: CoroutineScope) : AdaptedCall<Boolean?>() {

    private val call = CoroutineCall(coroutine, ::leave)
    private val elements = Channel<T>(Channel.RENDEZVOUS)

    /** The owner goes on when the collector has taken its element, as without a guard. */
    private val taken = Channel<Unit>(Channel.CONFLATED)

    private val attempts = ConcurrentLinkedQueue<Attempt<Boolean?>>()
    private val onDelivery = ConcurrentLinkedQueue<Runnable>()
    private val lock = Any()

    /** The attempt of the first element. Written under the lock. */
    @Volatile private var owner: Attempt<Boolean?>? = null

    /** Whether the collector has received an element. Written under the lock. */
    @Volatile private var begun = false

    /** Whether the collector has left; guarded by the lock. */
    private var left = false

    /** The scope of an attempt that has won a race without an element; guarded by the lock. */
    private var emptyWinner: Deadline? = null

    @Volatile private var failure: Throwable? = null

    /** Collects through a guard. Returns what the call has failed with; null for nothing. */
    suspend fun collect(guard: Guard, collector: FlowCollector<T>): Throwable? =
        try {
            call.begin(guard, this) { _, thrown ->
                failure = thrown
                elements.close()
            }
            for (element in elements) {
                deliverFirst()
                collector.emit(element)
                taken.trySend(Unit)
            }
            failure
        } catch (thrown: Throwable) {
            call.leave()
            throw thrown
        } finally {
            call.close()
        }

    private fun leave() {
        synchronized(lock) {
            left = true
            if (!begun) {
                owner = null
            }
        }
    }

    private fun deliverFirst() {
        if (begun) {
            return
        }
        val first =
            synchronized(lock) {
                begun = true
                owner
            }
        onDelivery.forEach(::deliver)
        attempts.forEach { if (it !== first) it.cancel(true) }
    }

    private fun deliver(callback: Runnable) {
        try {
            callback.run()
        } catch (thrown: Throwable) {
            log.error("A policy failed when the first element of a flow arrived", thrown)
        }
    }

    override fun get(): CompletionStage<Boolean?> = start(Deadline.current())

    override fun start(scope: Deadline): CompletionStage<Boolean?> = collect(source, scope)

    private fun collect(flow: Flow<T>, scope: Deadline): Attempt<Boolean?> {
        val attempt =
            call.attempt(scope, map = { own, thrown -> if (hasLost(own)) AttemptLostException() else thrown }) { own ->
                flow.collect { pass(own, it) }
                if (hasLost(own)) throw AttemptLostException()
                if (hasDelivered()) true else null
            }
        attempts.add(attempt)
        attempt.whenComplete { _, _ -> attempts.remove(attempt) }
        if (hasLost(attempt)) {
            attempt.cancel(true)
        }
        return attempt.begin()
    }

    private suspend fun pass(attempt: Attempt<Boolean?>, element: T) {
        if (owner !== attempt && !tryOwn(attempt)) {
            throw AttemptLostException()
        }
        elements.send(element)
        taken.receive()
    }

    private fun tryOwn(attempt: Attempt<Boolean?>): Boolean =
        synchronized(lock) {
            if (owner == null && emptyWinner == null && !left && !attempt.isOver && !attempt.scope.isOver) {
                owner = attempt
            }
            owner === attempt
        }

    private fun hasLost(attempt: Attempt<Boolean?>): Boolean = owner.let { it != null && it !== attempt }

    /** Under the lock: an attempt that was becoming the owner while its scope was left is the owner now, or never. */
    override fun isCommitted(): Boolean = synchronized(lock) { owner != null }

    override fun hasDelivered(): Boolean = owner != null

    override fun onDelivery(callback: Runnable) {
        onDelivery.add(callback)
    }

    override fun isOwnedBy(scope: Deadline): Boolean = owner?.scope?.isWithin(scope) ?: false

    override fun tryClaim(scope: Deadline): Boolean =
        synchronized(lock) {
            owner?.let {
                return it.scope.isWithin(scope)
            }
            if (scope.isOver || emptyWinner?.isWithin(scope) == false) {
                return false
            }
            emptyWinner = scope
            true
        }

    override fun unclaim() {
        synchronized(lock) { emptyWinner = null }
    }

    override fun hasWholeResult(): Boolean = false

    /** The end of a flow is not a result to discard. */
    override fun discard(result: Any?): Boolean = true

    @Suppress("UNCHECKED_CAST") // what a fallback returns is a flow of T, or can be converted to one, by its contract
    override fun adapt(replacement: Any?): CompletionStage<Boolean?> {
        val flow =
            when (replacement) {
                is Flow<*> -> replacement as Flow<T>
                is CompletionStage<*> -> flow { emit(await(replacement as CompletionStage<T>)) }
                null -> emptyFlow()
                else -> flowOf(replacement as T)
            }
        return collect(flow, Deadline.current())
    }

    override fun source(): Any = source

    internal companion object {

        private val log = LoggerFactory.getLogger(StreamCall::class.java)

        /** Collects a flow through a guard. */
        suspend fun <T> collect(source: Flow<T>, guard: Guard, collector: FlowCollector<T>) {
            supervisorScope { StreamCall(source, this).collect(guard, collector) }?.let { throw it }
        }

        private suspend fun <T> await(stage: CompletionStage<T>): T =
            suspendCancellableCoroutine { caller ->
                caller.invokeOnCancellation { stage.toCompletableFuture().cancel(true) }
                stage.handle { value, thrown ->
                    if (thrown == null) caller.resume(value) else caller.resumeWithException(thrown)
                }
            }
    }
}

package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.AdaptedCall
import io.netrun.resilience.Deadline
import io.netrun.resilience.Guard
import io.netrun.resilience.hedge.AlternativeCall
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import kotlin.coroutines.resume
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.suspendCancellableCoroutine

/** A call whose body suspends. Each attempt is a coroutine. */
internal class SuspendingCall<T>(private val body: Body<T>, coroutine: CoroutineScope) : AdaptedCall<T>() {

    private val call = CoroutineCall(coroutine)

    suspend fun await(guard: Guard): Outcome<T> =
        try {
            suspendCancellableCoroutine { caller ->
                call.begin(guard, this) { value, failure -> caller.resume(Outcome(value, failure)) }
            }
        } finally {
            call.close()
        }

    override fun get(): CompletionStage<T> = start(Deadline.current())

    override fun start(scope: Deadline): CompletionStage<T> = body.blockFor(scope).let { block -> call.attempt(scope) { block() }.begin() }

    override fun isCommitted(): Boolean = false

    @Suppress("UNCHECKED_CAST") // what a fallback returns is a T, or a stage of it, by its contract
    override fun adapt(replacement: Any?): CompletionStage<T> =
        if (replacement is CompletionStage<*>) {
            replacement as CompletionStage<T>
        } else {
            CompletableFuture.completedFuture(replacement as T)
        }

    override fun source(): Any = body.source

    /** What a call runs. */
    internal interface Body<T> {

        /** What the caller passed as the call. */
        val source: Any

        /** Returns what runs in an attempt. */
        fun blockFor(scope: Deadline): suspend () -> T
    }

    /** The same block for all attempts. */
    internal class SameBlock<T>(private val block: suspend () -> T) : Body<T> {

        override val source: Any
            get() = block

        override fun blockFor(scope: Deadline): suspend () -> T = block
    }

    /** Another block for the attempts of a hedge after the first. */
    internal class AlternativeBlock<T>(private val block: suspend () -> T, private val alternative: suspend () -> T) :
        Body<T>, AlternativeCall {

        override val source: Any
            get() = this

        override fun blockFor(scope: Deadline): suspend () -> T = if (scope.isFor(this)) alternative else block
    }

    /** The end of a call. Not thrown where the coroutine resumes, since kotlinx.coroutines may copy what is. */
    internal class Outcome<T>(private val value: T?, private val failure: Throwable?) {

        @Suppress("UNCHECKED_CAST") // null is a result only of a call that may return it
        fun get(): T = if (failure == null) value as T else throw failure
    }

    internal companion object {

        /** Attempts that were given up have ended when this returns, as structured concurrency demands. */
        suspend fun <T> make(guard: Guard, body: Body<T>): T =
            supervisorScope { SuspendingCall(body, this).await(guard) }.get()
    }
}

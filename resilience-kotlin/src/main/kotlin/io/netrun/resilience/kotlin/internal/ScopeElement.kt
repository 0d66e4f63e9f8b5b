package io.netrun.resilience.kotlin.internal

import io.netrun.resilience.Deadline
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.ThreadContextElement

/** The scope of an attempt in its coroutine's context: calls within it find it on whatever thread they are made. */
internal class ScopeElement(private val scope: Deadline) : ThreadContextElement<Deadline?> {

    companion object Key : CoroutineContext.Key<ScopeElement>

    override val key: CoroutineContext.Key<ScopeElement>
        get() = Key

    override fun updateThreadContext(context: CoroutineContext): Deadline? = scope.enterScope()

    override fun restoreThreadContext(context: CoroutineContext, oldState: Deadline?) = Deadline.exitScope(oldState)
}

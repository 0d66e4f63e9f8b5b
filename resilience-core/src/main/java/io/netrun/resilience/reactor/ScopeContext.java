package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** The scope of a protected call in the Reactor context, where inner protected calls find it on any thread. */
final class ScopeContext {

    private ScopeContext() {}

    static Context with(Context context, Deadline scope) {
        return scope == Deadline.NONE && !context.hasKey(Deadline.contextKey())
                ? context
                : context.put(Deadline.contextKey(), scope);
    }

    /**
     * Returns the scope in which a subscriber makes a call: that of its context, or that of the thread if the context
     * has none. A subscription that is shared belongs to no scope: the call of its first subscriber must not end it.
     */
    static Deadline scopeOf(CoreSubscriber<?> subscriber) {
        Deadline scope = subscriber.currentContext().getOrDefault(Deadline.contextKey(), null);
        Deadline wanted = scope == null ? Deadline.current() : scope.nearestWanted();
        return wanted == Deadline.NONE || !SharedReaders.isShared(subscriber) ? wanted : Deadline.NONE;
    }
}

package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

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
     * has none.
     */
    static Deadline scopeOf(ContextView context) {
        Deadline scope = context.getOrDefault(Deadline.contextKey(), null);
        return scope == null ? Deadline.current() : scope.nearestWanted();
    }

    /** Returns a scope that nothing ends: no call around it, nor that whose body the thread is running. */
    static Deadline outermost() {
        Deadline before = Deadline.NONE.enterScope();
        try {
            return Deadline.NONE.child();
        } finally {
            Deadline.exitScope(before);
        }
    }

    /** Returns whether the calling thread acts for a scope, or for one within it, even if that was given up. */
    static boolean isThreadIn(Deadline scope) {
        Deadline ofThread = ofThread();
        return ofThread != null && (ofThread.isWithin(scope) || scope.isWithin(ofThread));
    }

    /** Returns whether the calling thread acts for a call whose limit was exceeded. */
    static boolean isThreadLate() {
        Deadline ofThread = ofThread();
        return ofThread != null && isLate(ofThread);
    }

    /** Returns whether a limit was exceeded, also if something within it was stopped. */
    static boolean isLate(Deadline scope) {
        if (scope.isOver()) {
            for (Deadline each : scope.chain()) {
                if (each.isExceeded()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable Deadline ofThread() {
        try {
            Deadline ofThread = Deadline.NONE.enterScope();
            Deadline.exitScope(ofThread);
            return ofThread;
        } catch (OutOfMemoryError full) {
            return null; // the thread has no slot, and so no scope either
        }
    }
}

package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The scope of a protected call in the Reactor context, where protected calls within find it, on whichever thread they
 * are made.
 */
final class ScopeContext {

    private ScopeContext() {}

    static Context with(Context context, Deadline scope) {
        return scope == Deadline.NONE && !context.hasKey(Deadline.contextKey())
                ? context
                : context.put(Deadline.contextKey(), scope);
    }

    /** Makes a call in the scope of a context, or in that of the thread if the context has none. */
    static <R> R call(ContextView context, Supplier<R> call) {
        Deadline scope = context.getOrDefault(Deadline.contextKey(), null);
        if (scope == null) {
            return call.get();
        }
        @Nullable Deadline before = scope.enterScope();
        try {
            return call.get();
        } finally {
            Deadline.exitScope(before);
        }
    }
}

package io.netrun.resilience;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Has Micrometer's context-propagation carry the scope of a call to other threads and into the Reactor context, so that
 * protected calls that are made there find it with {@link Deadline#current()}. Found as a service; loaded only where
 * that library is.
 */
public final class DeadlineAccessor implements ThreadLocalAccessor<Deadline> {

    /** For the service loader. */
    public DeadlineAccessor() {}

    @Override
    public Object key() {
        return Deadline.contextKey();
    }

    @Override
    public @Nullable Deadline getValue() {
        return Deadline.ofThread();
    }

    @Override
    public void setValue(Deadline scope) {
        scope.enterScope();
    }

    @Override
    public void setValue() {
        Deadline.exitScope(null);
    }
}

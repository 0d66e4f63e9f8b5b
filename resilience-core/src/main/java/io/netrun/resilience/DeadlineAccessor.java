package io.netrun.resilience;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Lets Micrometer's context-propagation carry the scope of a call to other threads and into the Reactor context, so
 * that protected calls made there find it with {@link Deadline#current()}. Registered as a service; loaded only if that
 * library is present.
 */
public final class DeadlineAccessor implements ThreadLocalAccessor<Deadline> {

    /** Creates the accessor; called by the service loader. */
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
        Deadline.clearScope();
    }
}

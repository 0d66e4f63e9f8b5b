package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hooks for results that arrive when no caller accepts them any more. Thread-safe.
 *
 * @apiNote For authors of policies.
 */
public final class LateResults {

    private static final Logger log = LoggerFactory.getLogger(LateResults.class);

    private final CopyOnWriteArrayList<Hook> hooks = new CopyOnWriteArrayList<>();

    /** Creates an instance without hooks. */
    public LateResults() {}

    /** Registers a hook. */
    public Subscription subscribe(Consumer<? super @Nullable Object> consumer) {
        Hook hook = new Hook(Objects.requireNonNull(consumer, "hook"));
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    /** Returns whether there are hooks. */
    public boolean isWanted() {
        return !hooks.isEmpty();
    }

    /** Passes a result to the hooks, unless it is null. Never throws. */
    public void accept(@Nullable Object result) {
        if (result == null) {
            return;
        }
        Deadline before = Deadline.leaveScope(); // a hook that makes calls, such as to clean up, is part of none
        try {
            for (Hook hook : hooks) {
                accept(hook, result);
            }
        } finally {
            Deadline.returnToScope(before);
        }
    }

    private static void accept(Hook hook, Object result) {
        try {
            hook.consumer.accept(result);
        } catch (Throwable thrown) {
            SafeLog.error(log, "A hook for late results failed", thrown);
        }
    }

    /** A class and not a record: two registrations of the same consumer are two subscriptions. */
    private static final class Hook {

        private final Consumer<? super @Nullable Object> consumer;

        Hook(Consumer<? super @Nullable Object> consumer) {
            this.consumer = consumer;
        }
    }
}

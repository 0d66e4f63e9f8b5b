package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A task that may be handed to a {@link PlatformPool}, and its node in a stack. */
abstract class WorkerTask {

    private static final VarHandle ACTION = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "action", VarHandle.class, WorkerTask.class, Runnable.class);

    @SuppressWarnings("UnusedVariable") // read through ACTION
    private @Nullable Runnable action;

    /** The node below in a stack. */
    @Nullable
    WorkerTask below;

    WorkerTask(Runnable action) {
        this.action = action;
    }

    /** Returns the action; null if it was taken or released. */
    final @Nullable Runnable action() {
        return (Runnable) ACTION.getVolatile(this);
    }

    /** Takes the action and releases the reference to it. Returns null if it was taken before. */
    final @Nullable Runnable takeAction() {
        return (Runnable) ACTION.getAndSet(this, null);
    }

    /** Releases the action, which will not run. */
    final void clearAction() {
        action = null;
    }

    /** Runs the action on a thread of the pool, unless it was taken before. */
    final void runOnPooledThread() {
        Runnable due = takeAction();
        if (due != null) {
            Workers.runOnPooledThread(due);
        }
    }
}

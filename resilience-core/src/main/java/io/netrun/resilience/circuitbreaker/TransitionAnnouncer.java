package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.SafeLog;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces transitions in the order in which they happened. The winner of a compare-and-set could be suspended before
 * it has announced its transition, and the next winner would announce first. So each state keeps the transition that
 * led to it, written before the compare-and-set: together these are a list from the current state back to the last one
 * announced, which the announcing thread traverses. One thread announces at a time; other threads, and a listener that
 * causes a transition, leave theirs to that thread and continue.
 *
 * <p>Listeners are user code that may block. So a transition is {@linkplain #onTransition() recorded} when it happens,
 * and {@linkplain #announce() announced} once the thread that made it has settled what the transition is a part of, by
 * that thread or by another one that is faster.
 */
final class TransitionAnnouncer {

    private static final Logger log = LoggerFactory.getLogger(TransitionAnnouncer.class);

    private static final VarHandle PENDING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "pending", VarHandle.class, TransitionAnnouncer.class, int.class);

    /**
     * A change from one state to the next.
     *
     * @param from the state that ended
     * @param announcement calls the listeners; null if there is nothing to announce
     */
    record Transition(CircuitState from, @Nullable Runnable announcement) {}

    private final Supplier<CircuitState> present;

    /**
     * The number of announcements begun and not finished. The thread that raises it from zero announces until it is
     * zero again.
     */
    private volatile int pending;

    /** Whether a transition was made that no thread has begun to announce. */
    private volatile boolean due;

    /** The last state whose transition has been announced; confined to the announcing thread. */
    private CircuitState announced;

    TransitionAnnouncer(CircuitState first, Supplier<CircuitState> present) {
        this.announced = first;
        this.present = present;
    }

    /** Records that a transition was made. The calling thread must call {@link #announce()}. */
    void onTransition() {
        due = true;
    }

    /** Returns whether there is a transition to announce. */
    boolean isDue() {
        return due;
    }

    /** Announces the transitions that were made. Never throws. */
    void announce() {
        if (tryTake()) {
            announceTaken();
        }
    }

    /** Takes over the transitions to announce. Returns false if there are none; otherwise announce them. */
    boolean tryTake() {
        if (!due) {
            return false;
        }
        due = false; // before the state is read: a transition made meanwhile is announced as well
        return true;
    }

    /** Announces the transitions that were {@linkplain #tryTake() taken over}, on any thread. Never throws. */
    void announceTaken() {
        if ((int) PENDING.getAndAdd(this, 1) != 0) {
            return;
        }
        int seen;
        do {
            seen = pending;
            announceUpTo(present.get());
        } while ((int) PENDING.getAndAdd(this, -seen) > seen);
    }

    private void announceUpTo(CircuitState last) {
        for (CircuitState state = last; state != announced; ) {
            CircuitState before = state.entryTransition().from();
            before.next = state;
            state = before;
        }
        while (announced != last) {
            CircuitState next = Objects.requireNonNull(announced.next);
            announced.next = null;
            announced = next;
            announce(next.takeEntryTransition());
        }
    }

    private static void announce(Transition transition) {
        Runnable announcement = transition.announcement();
        if (announcement == null) {
            return;
        }
        try {
            announcement.run();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A transition could not be announced", thrown);
        }
    }
}
